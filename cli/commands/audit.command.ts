import { Command, InvalidArgumentError } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';
import { CommandError, say } from '../print';

/** `mercato audit verify` */
export function auditCommand(): Command {
  const command = new Command('audit').description('look after the audit trail of orders');
  command
    .command('verify')
    .description('compute every hash of the audit trail again, and say the first link that does not hold (exit code 1)')
    .option('--order <number>', 'only the trail of one order, such as M-7K3P-9QXF')
    .option('--anchor <sequence:hash>', 'an anchor that you kept, such as from the logs: it must still be there', readAnchor)
    .option('-d, --data-dir <folder>', 'where the database lives, when no database is set', '.mercato')
    .action(async (options: VerifyCommandOptions) => {
      const { verifyTrail } = require('../audit/verify') as typeof import('../audit/verify');
      const verdict = await verifyTrail(readSettings(environmentWith({}, { LOG_LEVEL: 'warn' })), options);
      say(`${verdict.entries} entries in ${verdict.chains} chains, ${verdict.anchors} anchors`);
      if (verdict.broken) throw new CommandError(`the audit trail is broken at ${verdict.broken.where}: ${verdict.broken.why}`);
      say('the audit trail holds');
      if (verdict.lastAnchor) say(`keep this: --anchor ${verdict.lastAnchor.sequence}:${verdict.lastAnchor.hash}`);
    });
  return command;
}

interface VerifyCommandOptions {
  readonly order?: string;
  readonly anchor?: { readonly sequence: number; readonly hash: string };
  readonly dataDir: string;
}

function readAnchor(text: string): { sequence: number; hash: string } {
  const match = /^(\d{1,9}):([0-9a-f]{64})$/.exec(text);
  if (!match) throw new InvalidArgumentError('must be a number, a colon and 64 hexadecimal digits');
  return { sequence: Number(match[1]), hash: match[2] ?? '' };
}
