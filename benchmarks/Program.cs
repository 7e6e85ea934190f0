using Ecr.Credentials.Benchmarks.ColdStart;

return args is [ColdStartCommand.Name, .. var rest] ? await ColdStartCommand.RunAsync(rest) : 2;
