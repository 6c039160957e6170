import { createHash } from 'node:crypto';
import { priceSeedOrder, type SeedOrder, type SeedPrices, type UnpricedItem } from '../../subgraphs/order/seed';
import type { SeedUser } from '../../subgraphs/user/seed';
import { DEMO_CUSTOMER_ID, person } from './customers';
import { orderTimes } from './order-days';
import { liveOn } from './order-life';
import type { ProductMaker } from './products';
import { Random } from './random';

export interface OrderWorld {
  readonly products: ProductMaker;
  /** The demo accounts first; staff do not buy. */
  readonly users: readonly SeedUser[];
  readonly count: number;
  readonly currency: string;
  readonly prices: SeedPrices;
  readonly endsAt: Date;
}

const STAFF_ACCOUNTS = 2;
const NOTES = [
  'Please leave it with the neighbours.',
  'It is a present: no invoice in the box, please.',
  'The bell does not work, please knock.',
];

/** Orders of the last twelve months, oldest first. */
export function* makeOrders(world: OrderWorld): Generator<SeedOrder> {
  const ranks = new Random('popularity').shuffled(Array.from({ length: world.products.count }, (_, index) => index));
  let id = 0;
  for (const orderDate of orderTimes(world.count, world.endsAt)) {
    id += 1;
    yield makeOrder(world, ranks, id, orderDate);
  }
}

function makeOrder(world: OrderWorld, ranks: readonly number[], id: number, orderDate: Date): SeedOrder {
  const random = new Random('order', id);
  const { user, isGuest } = chooseBuyer(world, id, random);
  const items = chooseItems(world, ranks, orderDate, random);
  const shippingMethod = random.chance(0.15) ? 'EXPRESS' : 'STANDARD';
  const number = numberOf(id);
  const userId = isGuest ? null : user.id;
  const address = user.addresses[0];
  const price = priceSeedOrder(world.prices, address?.countryCode ?? '', shippingMethod, items);
  return {
    id,
    number,
    userId,
    guestTokenHash: isGuest ? createHash('sha256').update(`nobody has the token of ${number}`).digest('hex') : null,
    email: user.email,
    orderDate,
    currency: world.currency,
    ...price,
    shippingMethod,
    shippingAddress: {
      name: user.name,
      line1: address?.line1 ?? '',
      city: address?.city ?? '',
      postalCode: address?.postalCode ?? '',
      countryCode: address?.countryCode ?? '',
    },
    note: random.chance(0.04) ? random.pick(NOTES) : null,
    reservationId: `seed-${number}`,
    ...liveOn({ placedAt: orderDate, totalMinor: price.totalMinor, userId, youth: world.count - id }, world.endsAt, random),
  };
}

/** A few buy often and most now and then; the demo customer has an order or two each month; a tenth are guests. */
function chooseBuyer({ users, endsAt }: OrderWorld, id: number, random: Random): { user: SeedUser; isGuest: boolean } {
  const customers = users.length - STAFF_ACCOUNTS - 1;
  const demo = users[DEMO_CUSTOMER_ID - 1];
  if (demo && (customers < 1 || id % 160 === 7)) return { user: demo, isGuest: false };
  if (random.chance(0.1)) return { user: person(1_000_000 + id, endsAt), isGuest: true };
  const at = 1 + STAFF_ACCOUNTS + Math.floor(customers * random.next() ** 1.7);
  return { user: users[at] ?? (demo as SeedUser), isGuest: false };
}

const LINES = [1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6];

function chooseItems(world: OrderWorld, ranks: readonly number[], orderDate: Date, random: Random): UnpricedItem[] {
  const items = new Map<number, UnpricedItem>();
  const wanted = random.pick(LINES);
  for (let attempt = 0; items.size < wanted && attempt < wanted + 20; attempt += 1) {
    // Popularity follows a power law: the first tenth of the ranks makes about half of the sales.
    const rank = Math.floor(ranks.length * random.next() ** 3.3);
    const product = world.products.at(ranks[rank] ?? 0);
    const isOnSale = product.status !== 'DRAFT' && product.createdAt <= orderDate;
    // At the end of its patience it takes the oldest product, which is always there.
    const chosen = isOnSale ? product : attempt >= 15 ? oldest(world.products) : null;
    if (!chosen) continue;
    const variant = random.pick(chosen.variants);
    const quantity = variant.priceMinor > 20_000 ? 1 : random.pick([1, 1, 1, 1, 1, 2, 2, 3, 4]);
    items.set(variant.id, {
      productId: chosen.id,
      variantId: variant.id,
      name: chosen.name,
      variantTitle: variant.title,
      sku: variant.sku,
      imageUrl: chosen.images.find(({ id }) => id === variant.imageId)?.url ?? chosen.images[0]?.url ?? null,
      quantity,
      priceMinor: variant.priceMinor,
    });
  }
  return [...items.values()];
}

function oldest(products: ProductMaker) {
  let index = 0;
  while (index < products.count - 1 && products.at(index).status === 'DRAFT') index += 1;
  return products.at(index);
}

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const NUMBERS = 2n ** 40n;

/** Unique, because an odd factor permutes the numbers; and as unguessable to look at as the shop's own. */
function numberOf(id: number): string {
  let scrambled = (BigInt(id) * 0x9e3779b97fn + 0x1234567n) % NUMBERS;
  let digits = '';
  for (let at = 0; at < 8; at += 1) {
    digits = ALPHABET.charAt(Number(scrambled % 32n)) + digits;
    scrambled /= 32n;
  }
  return `M-${digits.slice(0, 4)}-${digits.slice(4)}`;
}
