import './compile-cache';
import 'reflect-metadata';
import { Command } from 'commander';
import { silenceVendorTelemetry, SettingsError } from '../platform/config';
import { checkCommand } from './commands/check.command';
import { migrateCommand } from './commands/migrate.command';
import { healthCommand, serveCommand, workCommand } from './commands/serve.command';
import { schemaCommand } from './commands/schema.command';
import { startCommand } from './commands/start.command';
import { importCommand } from './import';
import { CommandError, complain } from './print';

silenceVendorTelemetry();

const program = new Command('mercato')
  .description('Mercato: a federated commerce graph. Users, products and orders behind one GraphQL endpoint.')
  .showHelpAfterError('(add --help to see what is allowed)');
const commands = [
  startCommand(),
  serveCommand(),
  workCommand(),
  migrateCommand(),
  healthCommand(),
  importCommand(),
  schemaCommand(),
  checkCommand(),
];
for (const command of commands) program.addCommand(command);

program.parseAsync().catch((error: unknown) => {
  const isForThePerson = error instanceof CommandError || error instanceof SettingsError;
  complain(
    isForThePerson
      ? `mercato: ${error.message}`
      : `mercato: unexpected failure\n${error instanceof Error ? error.stack : String(error)}`,
  );
  process.exit(1);
});
