import { Command } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';

interface JobsCommandOptions {
  readonly name?: string;
  readonly dataDir: string;
}

/** `mercato jobs list|retry` */
export function jobsCommand(): Command {
  const command = new Command('jobs').description('look after background work that used up its attempts');
  withOptions(command.command('list').description('list failed jobs')).action(async (options: JobsCommandOptions) => {
    const { listFailedJobs } = require('../jobs/failed-jobs') as typeof import('../jobs/failed-jobs');
    await listFailedJobs(settings(), options);
  });
  withOptions(command.command('retry').description('have failed jobs tried again'))
    .argument('[ids...]', 'which; all when none is named')
    .action(async (ids: string[], options: JobsCommandOptions) => {
      const { retryFailedJobs } = require('../jobs/failed-jobs') as typeof import('../jobs/failed-jobs');
      await retryFailedJobs(settings(), ids, options);
    });
  return command;
}

function withOptions(command: Command): Command {
  return command
    .option('--name <name>', 'only work of this name, such as mail.send')
    .option('-d, --data-dir <folder>', 'where the databases live, when none are set', '.mercato');
}

function settings(): ReturnType<typeof readSettings> {
  return readSettings(environmentWith({}, { LOG_LEVEL: 'warn' }));
}
