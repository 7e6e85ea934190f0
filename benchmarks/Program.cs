using BenchmarkDotNet.Running;
using Ecr.Credentials.Benchmarks;

// All of matching: dotnet run -c Release --project benchmarks -- --filter '*Matching*'
BenchmarkSwitcher.FromAssembly(typeof(BenchmarkConfig).Assembly).Run(args, new BenchmarkConfig());
