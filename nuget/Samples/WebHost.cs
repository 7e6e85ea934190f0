using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddEcrCredentials(builder.Configuration);
builder.Services.AddHttpClient("registry", client => client.BaseAddress = new Uri("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"))
    .AddEcrCredentials();
builder.Services.AddHealthChecks().AddEcrCredentials("123456789012.dkr.ecr.eu-west-1.amazonaws.com", pastCache: true);

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapGet("/tags/{repository}", (string repository, IHttpClientFactory clients) =>
    clients.CreateClient("registry").GetStringAsync($"v2/{repository}/tags/list"));
app.Run();
