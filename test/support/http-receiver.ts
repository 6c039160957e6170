import { readBody, startHttpServer } from '../../platform/http';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver answers: a status with a body, or nothing at all. */
export type ReceiverAnswer = { readonly status: number; readonly body?: string; readonly location?: string } | 'hang';

/** An HTTP server of the test's own, which keeps what is posted to it. */
export interface HttpReceiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What is answered from now on; asked for each request. */
  answer: (request: ReceivedRequest) => ReceiverAnswer;
  /** Resolves when `seen` holds, looking again at each arrival. */
  until(seen: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  const server = await startHttpServer(
    {},
    {
      host: '127.0.0.1',
      port: 0,
      fallback: async (request, response) => {
        const body = await readBody(request, 10_000_000);
        const received = { path: request.url ?? '', headers: request.headers as Record<string, string>, body };
        requests.push(received);
        for (const resolve of waiting) resolve();
        waiting.clear();
        const answer = receiver.answer(received);
        if (answer === 'hang') return;
        response.writeHead(answer.status, answer.location ? { location: answer.location } : {}).end(answer.body ?? '');
      },
    },
  );
  const receiver: HttpReceiver = {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    answer: () => ({ status: 204 }),
    until: async (seen) => {
      while (!seen()) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    stop: () => server.stop(0),
  };
  return receiver;
}
