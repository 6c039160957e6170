import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { nowMs } from './graph';
import { tellMemory } from './memory';

/** What sockets alone cost with the package ws: the same protocol on the wire, one text for all, nothing else. */
const http = createServer();
const sockets = new WebSocketServer({ server: http, path: '/graphql' });
const watched = new Map<WebSocket, { id: string; product: string }[]>();
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const message = JSON.parse(String(data as Buffer)) as Message;
    if (message.type === 'connection_init') return socket.send('{"type":"connection_ack"}');
    if (message.type !== 'subscribe') return;
    const own = watched.get(socket) ?? [];
    watched.set(socket, [...own, { id: message.id ?? '', product: message.payload?.variables.product ?? '' }]);
  });
  socket.on('close', () => watched.delete(socket));
});
interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly variables: { readonly product: string } };
}
let last = 0;
process.on('message', (order) => {
  if (order === 'memory') return;
  last += 1;
  const [product = '', length = '1'] = String(order).split(':');
  const change = { position: String(last), product, amount: String(last).padStart(Number(length), '0'), sentAtMs: nowMs() };
  const payload = JSON.stringify({ data: { priceChanged: change } });
  for (const [socket, own] of watched)
    for (const { id, product: wanted } of own)
      if (wanted === product) socket.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`);
});
tellMemory();
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
