import { Argument, Command } from 'commander';
import { CHECKS, runChecks } from '../check/check';

/** `mercato check [names...]` */
export function checkCommand(): Command {
  return new Command('check')
    .description('check types, lint rules, format, import rules, dead code and schema drift')
    .addArgument(new Argument('[checks...]', 'which; all when none is named').choices(CHECKS.map(({ name }) => name)))
    .action(async (names: string[]) => {
      if (!(await runChecks(names))) process.exitCode = 1;
    });
}
