using BenchmarkDotNet.Running;
using Ecr.Credentials.Benchmarks;
using Ecr.Credentials.Benchmarks.ColdStart;

// All of matching:  dotnet run -c Release --project benchmarks -- --filter '*Matching*'
// The token cache:  dotnet run -c Release --project benchmarks -- --filter '*Caching*'
// The kubelet side: dotnet run -c Release --project benchmarks -- --filter '*Kubelet*'
// Whole processes:  dotnet run -c Release --project benchmarks -- coldstart PATH/ecr-credential-provider PATH/docker-credential-ecr-login
if (args is [ColdStartCommand.Name, .. var rest])
{
    return await ColdStartCommand.RunAsync(rest);
}

BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args, new BenchmarkConfig());
return 0;
