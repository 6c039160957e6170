import mercuriusGateway from '@mercuriusjs/gateway';
import fastify from 'fastify';
import { readFileSync } from 'node:fs';

// Mercurius composes by itself, in the manner of federation 1: it is given the subgraphs' schemas in that form.
const [subgraphs, port] = process.argv.slice(2);
const services = Object.entries(JSON.parse(readFileSync(subgraphs, 'utf8'))).map(([name, { url, sdl }]) => ({
  name,
  url,
  schema: sdl,
  rewriteHeaders: ({ authorization }) => ({ authorization }),
}));
const app = fastify();
app.register(mercuriusGateway, { jit: 1, gateway: { services } });
await app.listen({ port: Number(port), host: '127.0.0.1' });
