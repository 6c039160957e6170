import { Command, InvalidArgumentError } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';
import { startTracing } from '../../platform/observability';

/** `mercato start` */
export function startCommand(): Command {
  return new Command('start')
    .description('start the whole shop on this machine: database, migrations, demo data, gateway, subgraphs and worker')
    .option('-p, --port <number>', 'where the gateway listens; 0 takes a free port (default: PORT, or 4000)', readPort)
    .option('-d, --data-dir <folder>', 'where the database lives', '.mercato')
    .option('--reset', 'delete the data of earlier starts first', false)
    .option('--no-seed', 'leave an empty database empty')
    .option('--processes', 'run gateway, subgraphs and worker as processes of their own; needs Redis', false)
    .action(async (options: { port?: number; dataDir: string; reset: boolean; seed: boolean; processes: boolean }) => {
      const port: Record<string, string> = options.port === undefined ? {} : { PORT: String(options.port) };
      const settings = readSettings(environmentWith(port, { LOG_LEVEL: 'warn' }));
      // Before anything that loads the database driver, which tracing has to instrument.
      const tracing = await startTracing(settings, 'mercato');
      const { startLocally } = require('../start/start-locally') as typeof import('../start/start-locally');
      await startLocally(settings, options, tracing);
    });
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('it must be a whole number from 0 to 65535');
  return port;
}
