import { Command } from 'commander';
import { auditCommand } from './commands/audit.command';
import { checkCommand } from './commands/check.command';
import { gatewayCommand } from './commands/gateway.command';
import { jobsCommand } from './commands/jobs.command';
import { migrateCommand } from './commands/migrate.command';
import { benchCommand, proveCommand } from './commands/prove.command';
import { schemaCommand } from './commands/schema.command';
import { healthCommand, serveCommand, workCommand } from './commands/serve.command';
import { startCommand } from './commands/start.command';
import { stockCommand } from './commands/stock.command';
import { importCommand } from './import/import.command';
import { seedCommand } from './seed/seed.command';

/** The `mercato` command. Subcommands load what they need when they run, so that each process stays small. */
export function createProgram(): Command {
  const program = new Command('mercato')
    .description('Mercato: a federated commerce graph. Users, products and orders behind one GraphQL endpoint.')
    .showHelpAfterError('(add --help to see what is allowed)');
  const commands = [
    startCommand(),
    serveCommand(),
    gatewayCommand(),
    workCommand(),
    migrateCommand(),
    healthCommand(),
    seedCommand(),
    importCommand(),
    schemaCommand(),
    auditCommand(),
    stockCommand(),
    jobsCommand(),
    checkCommand(),
    proveCommand(),
    benchCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  return program;
}
