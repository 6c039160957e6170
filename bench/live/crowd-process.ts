import { nowMs, WATCH } from './graph';
import { RawClient } from './raw-client';

/** What the crowd is asked, one after the other. */
export type CrowdOrder =
  | { readonly kind: 'open'; readonly port: number; readonly products: readonly string[]; readonly tokens: readonly string[] }
  /** Some watch one more product and then read no more. */
  | { readonly kind: 'stall'; readonly count: number }
  | { readonly kind: 'expect'; readonly count: number; readonly timeoutMs: number }
  | { readonly kind: 'close' };

export interface CrowdAnswer {
  /** From the event to each of its messages. */
  readonly latenciesMs: readonly number[];
  readonly open: number;
}

const OPENING_AT_ONCE = 200;
const clients: RawClient[] = [];
let latenciesMs: number[] = [];
let open = 0;
let onMessage = (): void => undefined;

function answer(): void {
  process.send?.({ latenciesMs, open } satisfies CrowdAnswer);
  latenciesMs = [];
}

async function openAll({ port, products, tokens }: Extract<CrowdOrder, { kind: 'open' }>): Promise<void> {
  for (let at = 0; at < products.length; at += OPENING_AT_ONCE) {
    const some = products.slice(at, at + OPENING_AT_ONCE);
    await Promise.all(some.map((product, index) => openOne(port, product, tokens[(at + index) % tokens.length])));
  }
  answer();
}

function openOne(port: number, product: string, token: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = new RawClient(
      port,
      () => client.send({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} }),
      (text) => {
        if (!text.startsWith('{"type":"connection_ack"')) return take(text);
        open += 1;
        client.send({ id: '1', type: 'subscribe', payload: { query: WATCH, variables: { product } } });
        resolve();
      },
      () => {
        open -= 1;
        reject(new Error(`the server closed a socket: ${client.why}`));
      },
    );
    clients.push(client);
  });
}

const SENT = '"sentAtMs":';

function take(text: string): void {
  const at = text.indexOf(SENT);
  if (at < 0) return;
  latenciesMs.push(nowMs() - Number.parseFloat(text.slice(at + SENT.length)));
  onMessage();
}

process.on('message', (order: CrowdOrder) => {
  switch (order.kind) {
    case 'open':
      return void openAll(order);
    case 'stall':
      for (const client of clients.slice(0, order.count)) {
        client.send({ id: 'big', type: 'subscribe', payload: { query: WATCH, variables: { product: 'big' } } });
        client.stall();
      }
      return answer();
    case 'expect': {
      const done = (): void => {
        clearTimeout(timer);
        onMessage = () => undefined;
        answer();
      };
      const timer = setTimeout(done, order.timeoutMs);
      onMessage = () => void (latenciesMs.length >= order.count && done());
      return onMessage();
    }
    case 'close':
      for (const client of clients.splice(0)) client.close();
      return answer();
  }
});
