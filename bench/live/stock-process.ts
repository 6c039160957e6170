import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { pricesSchema } from './graph';
import { tellMemory } from './memory';
import { Prices } from './prices';

/** The server of the graphql-ws package as shipped, with a source of its own: no gateway, no tokens, no resume. */
const prices = new Prices();
const schema = pricesSchema(async function* (_root, { product }) {
  for await (const change of prices.follow(product)) yield { priceChanged: change };
});
const http = createServer();
useServer({ schema }, new WebSocketServer({ server: http, path: '/graphql' }));
process.on('message', (product) => {
  if (product !== 'memory') prices.change(String(product));
});
tellMemory();
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
