import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { answerIn, type Loaded } from './answer-request';
import { READY, type PlanningRequest } from './messages';

/** The entry of a planning thread. */
const { compileCache } = workerData as { readonly compileCache: string | null };
if (compileCache) enableCompileCache(compileCache);

const loaded: Loaded = new Map();
parentPort?.on('message', (request: PlanningRequest) => {
  void answerIn(loaded, request).then((answer) => parentPort?.postMessage(answer));
});
parentPort?.postMessage(READY);
