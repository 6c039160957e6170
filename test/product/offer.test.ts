import { randomUUID } from 'node:crypto';
import { service, type Viewer } from '../../platform/auth';
import { globalId } from '../../platform/federation';
import type { Stoppable } from '../../platform/process';
import { EventLog } from '../support/event-log';
import { openCatalogue, staff, type AddedProduct, type Catalogue } from './support/catalogue';

interface Offer {
  readonly position: string;
  readonly kind: string;
  readonly product: {
    readonly stockQuantity: number;
    readonly price: { readonly amount: string };
    readonly variants: readonly { readonly stockQuantity: number; readonly price: { readonly amount: string } }[];
  };
}

const OFFER = `subscription ($id: ID!, $after: String, $snapshot: Boolean) {
  productOfferChanged(productId: $id, after: $after, snapshot: $snapshot) {
    position kind product { stockQuantity price { amount } variants { stockQuantity price { amount } } } } }`;

let shop: Catalogue;
let relay: Stoppable;
beforeAll(async () => {
  shop = await openCatalogue();
  relay = await shop.module.startWork();
});
afterAll(async () => {
  await relay.stop();
  await shop.close();
});

test('a snapshot of stock and price, then each change of them, for whoever looks', async () => {
  const variants = [
    { stockOnHand: 5, price: '10.00', optionValues: ['S'] },
    { stockOnHand: 2, price: '12.00', optionValues: ['L'] },
  ];
  const product = await shop.addProduct({ options: ['Size'], variants });
  const watcher = watch(product.id, { snapshot: true });
  expect(await watcher.next()).toMatchObject({ kind: 'SNAPSHOT', product: { stockQuantity: 7, price: { amount: '10.00' } } });
  await watcher.marker();
  await reserve(product, 3);
  expect(await watcher.next()).toMatchObject({
    kind: 'CHANGE',
    product: { stockQuantity: 4, variants: [{ stockQuantity: 2 }, { stockQuantity: 2 }] },
  });
  await reprice(product, '8.00');
  const last = await watcher.next();
  expect(last).toMatchObject({
    kind: 'CHANGE',
    product: { price: { amount: '8.00' }, variants: [{ price: { amount: '8.00' } }, {}] },
  });
  watcher.leave();
});

test('who comes back hears how it stands if it changed meanwhile; of other products nobody hears', async () => {
  const product = await shop.addProduct({ variants: [{ stockOnHand: 9 }] });
  const first = watch(product.id, {});
  const position = await first.marker();
  first.leave();
  await reserve(await shop.addProduct({ variants: [{ stockOnHand: 9 }] }), 1);
  for (const quantity of [1, 2, 3]) await reserve(product, quantity);
  const back = watch(product.id, { after: position });
  let told = await back.next();
  while (told.product.stockQuantity > 3) told = await back.next();
  expect(told).toMatchObject({ kind: 'CHANGE', product: { stockQuantity: 3 } });
  await back.marker();
  back.leave();
  const lost = watch(product.id, { after: '9999999' });
  expect(await lost.next()).toMatchObject({ kind: 'RESET', product: { stockQuantity: 3 } });
  lost.leave();
});

test('what the shop does not show is watched by nobody, and who watches it when it goes hears that it is gone', async () => {
  const draft = await shop.addProduct({ status: 'DRAFT' });
  expect(await refusalOf(draft.id)).toBe('NOT_FOUND');
  expect(await refusalOf(draft.id, staff)).toBe('NOT_FOUND');
  expect(await refusalOf(globalId('Product', 2_000_000_000))).toBe('NOT_FOUND');
  expect(await refusalOf('nonsense')).toBe('BAD_USER_INPUT');
  const product = await shop.addProduct();
  const watcher = watch(product.id, {});
  await watcher.marker();
  await shop.data(
    'mutation ($input: ArchiveProductInput!) { archiveProduct(input: $input) { errors { __typename } } }',
    { input: { productId: product.id } },
    staff,
  );
  expect((await watcher.raw()).errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  watcher.leave();
});

async function reserve(product: AddedProduct, quantity: number): Promise<void> {
  await shop.data(
    'mutation ($input: ReserveStockInput!) { reserveStock(input: $input) { expiresAt } }',
    { input: { reservationId: randomUUID(), expiresInSeconds: 600, lines: [{ variantId: product.variants[0]?.id, quantity }] } },
    service,
  );
}

async function reprice(product: AddedProduct, amount: string): Promise<void> {
  await shop.data(
    'mutation ($input: UpdateVariantInput!) { updateVariant(input: $input) { errors { __typename } } }',
    { input: { variantId: product.variants[0]?.id, price: { amount } } },
    staff,
  );
}

async function refusalOf(id: string, viewer?: Viewer): Promise<unknown> {
  const watcher = watch(id, { snapshot: true }, viewer);
  const { errors } = await watcher.raw();
  watcher.leave();
  return errors?.[0]?.extensions?.['code'];
}

const nobody: Viewer = { kind: 'anonymous', userId: null, roles: [], scopes: [], sessionId: null, guestToken: null };

function watch(id: string, variables: Record<string, unknown>, viewer = nobody) {
  const events = new EventLog();
  const request = { query: OFFER, variables: { id, ...variables }, viewer, requestId: randomUUID() };
  const running = shop.module.client.subscribe(request, events);
  const raw = () => events.next();
  return {
    raw,
    next: async (): Promise<Offer> => {
      for (;;) {
        const { data, errors } = await raw();
        if (errors) throw new Error(JSON.stringify(errors));
        if (data) return data['productOfferChanged'] as Offer;
      }
    },
    marker: async (): Promise<unknown> => {
      const { data, errors, extensions } = await raw();
      expect([data, errors]).toEqual([undefined, undefined]);
      return extensions?.['position'];
    },
    leave: () => running.end(),
  };
}
