import { Argument, Command } from 'commander';
import { readSettings, SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';
import type { Resources } from '../compose/resources';
import { beginProcess } from './begin-process';

type Part = 'gateway' | 'payment-sandbox' | SubgraphName;

/** `mercato serve gateway|user|product|order|payment-sandbox`: one process of a system that runs as several. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve one part of the system as a process of its own; configured by environment variables')
    .addArgument(new Argument('<part>', 'which').choices(['gateway', ...SUBGRAPH_NAMES, 'payment-sandbox']))
    .action(async (part: Part) => {
      // The sandbox stands for somebody outside, who knows nothing of our Redis.
      const settings = part === 'payment-sandbox' ? { ...readSettings(), redisUrl: null } : readSettings();
      const resources = await beginProcess(settings, part);
      await serve(part, resources);
      resources.logger.info({ port: resources.settings.port }, 'serving');
    });
}

/** Loads only what the part needs: a subgraph's process holds no gateway, nor the gateway's a subgraph. */
async function serve(part: Part, resources: Resources): Promise<void> {
  if (part === 'gateway') {
    const { serveGateway } = require('../compose/serve-gateway') as typeof import('../compose/serve-gateway');
    return serveGateway(resources);
  }
  if (part === 'payment-sandbox') {
    const { openPaymentSandbox } = require('../compose/payment-sandbox') as typeof import('../compose/payment-sandbox');
    return void (await openPaymentSandbox(resources));
  }
  const { serveSubgraph } = require('../compose/serve-subgraph') as typeof import('../compose/serve-subgraph');
  return serveSubgraph(part, resources);
}

/** `mercato work`: the background work of all subgraphs. */
export function workCommand(): Command {
  return new Command('work')
    .description('do the background work of all subgraphs: events, mail, expiry; configured by environment variables')
    .action(async () => {
      const resources = await beginProcess(readSettings(), 'worker');
      const { work } = require('../compose/work') as typeof import('../compose/work');
      await work(resources);
      resources.logger.info('working');
    });
}

/** `mercato health`: for health checks of containers. */
export function healthCommand(): Command {
  return new Command('health')
    .description('ask the process that serves on PORT of this machine whether it is ready; exit code 1 when it is not')
    .action(async () => {
      const { port } = readSettings();
      const isReady = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(3_000) }).then(
        (answer) => answer.ok,
        () => false,
      );
      process.exitCode = isReady ? 0 : 1;
    });
}
