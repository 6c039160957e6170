/** How an answer that goes on is written: the words between which the JSON texts stand. */
export interface StreamForm {
  readonly contentType: string;
  /** Written at once, so that a client knows that it is connected. */
  readonly opening: string;
  /** Says that the connection still lives. */
  readonly ping: string;
  /** What stands before a message of a subscription, and behind it. */
  messageHead(position: number | null): string;
  readonly messageTail: string;
  /** Tells how far the client has seen everything; empty where the form has no word for that. */
  reached(position: number): string;
  /** One whole answer. */
  answer(json: string): string;
  /** Why there is nothing, or nothing more, as the JSON text of an answer and of its errors alone. */
  refusal(json: string, errors: string): string;
  /** The operation has ended. */
  readonly completion: string;
  /** The connection ends, the operation does not; empty where the form has no word for that. */
  comeBack(afterMs: number): string;
}

/** The protocol of graphql-sse, in its mode of one connection for each operation; `id` is what browsers come back with. */
export const EVENT_STREAM: StreamForm = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  ping: ':\n\n',
  messageHead: (position) => (position === null ? 'event: next\ndata: ' : `id: ${position}\nevent: next\ndata: `),
  messageTail: '\n\n',
  reached: (position) => `id: ${position}\n\n`,
  answer: (json) => `event: next\ndata: ${json}\n\n`,
  refusal: (json) => `event: next\ndata: ${json}\n\n`,
  // Browsers give no event whose data is missing.
  completion: 'event: complete\ndata:\n\n',
  comeBack: (afterMs) => `retry: ${afterMs}\n\n`,
};

const BOUNDARY = '\r\n--graphql';
const PART = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';

/** Apollo's multipart protocol. Each part is closed at once: clients read it only then. */
export const MULTIPART: StreamForm = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  opening: `${BOUNDARY}${PART}{}${BOUNDARY}`,
  ping: `${PART}{}${BOUNDARY}`,
  messageHead: () => `${PART}{"payload":`,
  messageTail: `}${BOUNDARY}`,
  reached: () => '',
  answer: (json) => `${PART}{"payload":${json}}${BOUNDARY}`,
  refusal: (_json, errors) => `${PART}{"payload":null,"errors":${errors}}${BOUNDARY}`,
  completion: '--\r\n',
  comeBack: () => '',
};

/** The form in which a client takes answers that go on, the one that it names first of those it likes best; `null` for none. */
export function streamFormOf(accept: string | undefined): StreamForm | null {
  if (!accept || !NAMES.test(accept)) return null;
  let best: { form: StreamForm; quality: number } | null = null;
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((text) => text.replace(/[\s"]/g, ''));
    const isMultipart = type === 'multipart/mixed' && parameters.includes('subscriptionspec=1.0');
    const form = type === 'text/event-stream' ? EVENT_STREAM : isMultipart ? MULTIPART : null;
    const quality = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    if (form && quality > (best?.quality ?? 0)) best = { form, quality };
  }
  return best?.form ?? null;
}

const NAMES = /text\/event-stream|multipart\/mixed/i;
