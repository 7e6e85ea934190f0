using Ecr.Emulator.Commands;

return args switch
{
    ["try"] => await TryCommand.RunAsync(TryCommand.DefaultImage, Console.Out),
    ["try", [not '-', ..] image] => await TryCommand.RunAsync(image, Console.Out),
    ["serve", .. var options] => await ServeCommand.RunAsync(options, Console.Out, Console.Error),
    ["--help" or "-h"] => Usage.Print(Console.Out),
    [] => Usage.Refuse("no command given", Console.Error),
    _ => Usage.Refuse($"unknown arguments '{string.Join(' ', args)}'", Console.Error),
};
