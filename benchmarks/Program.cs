using BenchmarkDotNet.Running;
using Ecr.Credentials.Benchmarks;
using Ecr.Credentials.Benchmarks.ColdStart;

// Matching:         dotnet run -c Release --project benchmarks -- --filter '*Matching*'
// Token cache:      dotnet run -c Release --project benchmarks -- --filter '*Caching*'
// Cold start:       dotnet run -c Release --project benchmarks -- coldstart PATH/ecr-credential-provider PATH/docker-credential-ecr-login
if (args is [ColdStartCommand.Name, .. var rest])
{
    return await ColdStartCommand.RunAsync(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args, new BenchmarkConfig());
return 0;
