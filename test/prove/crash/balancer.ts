import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address for several servers of 127.0.0.1. */
export interface Balancer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Gives each connection to the next server in turn; one that does not take it is passed over. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    client.pause();
    turn += 1;
    join(client, ports.length, turn);
  });

  function join(client: Socket, triesLeft: number, at: number): void {
    if (triesLeft === 0 || client.destroyed) return void client.destroy();
    const server = connect({ port: ports[at % ports.length] ?? 0, host: '127.0.0.1', noDelay: true });
    server.once('error', () => {
      server.destroy();
      join(client, triesLeft - 1, at + 1);
    });
    server.once('connect', () => {
      server.removeAllListeners('error');
      // What dies on one side is cut on the other, without a word: that is how a crash looks.
      server.on('error', () => undefined);
      server.once('close', () => client.destroy());
      client.once('close', () => server.destroy());
      client.pipe(server);
      server.pipe(client);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
