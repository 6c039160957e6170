import { keyOf } from '../../platform/federation';
import { Storefront, type CartAnswer, type CartSeen, type Visitor, type Ware } from '../support/storefront';
import type { Proof, ProofContext } from './proof';

const WRITES = 50;

export const proof: Proof = {
  name: 'cart',
  summary: `${WRITES} parallel writes on one cart lose nothing; each answer adds up; one active cart per customer; conflicts carry the cart`,
  run: async (context) => {
    const rounds = context.full ? 10 : 1;
    const system = await context.startSystem();
    const shop = new Storefront(system.url, system.databases);
    const problems: string[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const [name, claim] of CLAIMS) {
        const found = await claim(shop);
        context.say(`round ${round}: ${name}: ${found.length === 0 ? 'holds' : found.join('; ')}`);
        problems.push(...found);
      }
    }
    const caught = await control(context, shop);
    return {
      isProven: problems.length === 0 && caught,
      figures: { rounds, writes: WRITES, problems: problems.length, controlCaught: caught },
    };
  },
};

type Claim = (shop: Storefront) => Promise<string[]>;

const CLAIMS: readonly [string, Claim][] = [
  [`${WRITES} adds at once`, async (shop) => addAtOnce(shop, { token: (await shop.signUp()).token })],
  ['adds, updates and removes mixed', mixedWrites],
  [`${WRITES} first writes at once make one cart`, firstWrites],
  ['two tabs sign in with a guest cart at once', twoTabs],
  ['of writers that saw one version, one wins and the others get the cart', conflicts],
];

async function addAtOnce(shop: Storefront, visitor: Visitor): Promise<string[]> {
  const wares = await someWares(shop, 10);
  const { cart: before } = await shop.add(visitor, wares[0]?.id ?? '');
  const answers = await Promise.all(
    Array.from({ length: WRITES }, (_, at) => shop.add(visitor, wares[at % wares.length]?.id ?? '', 1 + (at % 3))),
  );
  const wanted = new Map<string, number>([[wares[0]?.id ?? '', 1]]);
  for (let at = 0; at < WRITES; at += 1) {
    const id = wares[at % wares.length]?.id ?? '';
    wanted.set(id, (wanted.get(id) ?? 0) + 1 + (at % 3));
  }
  const after = await shop.cartOf(visitor);
  return [...judgeAnswers(answers), ...judgeVersions(answers, before?.version ?? -1, after), ...judgeQuantities(after, wanted)];
}

/** What the writer with this number does: three removes, updates, and adds for the rest. */
function kindOf(at: number): 'add' | 'update' | 'remove' {
  if (at % 15 === 2 && at < 45) return 'remove';
  return at % 5 === 1 ? 'update' : 'add';
}

/** Updates and removes work on lines that nobody adds to, so that the right end is known. */
async function mixedWrites(shop: Storefront): Promise<string[]> {
  const visitor: Visitor = { token: (await shop.signUp()).token };
  const wares = await someWares(shop, 10);
  for (const { id } of wares) await shop.add(visitor, id);
  const before = await shop.cartOf(visitor);
  const lineOf = (ware: Ware | undefined): string => before?.lines.find(({ variant }) => variant?.id === ware?.id)?.id ?? '';
  const [added, updated, removed] = [wares.slice(0, 4), wares.slice(4, 7), wares.slice(7)];
  const wanted = new Map([
    ...added.map(({ id }): [string, number] => [id, 1]),
    ...updated.map(({ id }): [string, number] => [id, 7]),
  ]);
  const answers = await Promise.all(
    Array.from({ length: WRITES }, (_, at): Promise<CartAnswer> => {
      if (kindOf(at) === 'remove') return shop.remove(visitor, lineOf(removed[Math.floor(at / 15)]));
      if (kindOf(at) === 'update') return shop.update(visitor, lineOf(updated[at % updated.length]), 7);
      const id = added[at % added.length]?.id ?? '';
      wanted.set(id, (wanted.get(id) ?? 0) + 1);
      return shop.add(visitor, id);
    }),
  );
  const after = await shop.cartOf(visitor);
  return [...judgeAnswers(answers), ...judgeVersions(answers, before?.version ?? -1, after), ...judgeQuantities(after, wanted)];
}

async function firstWrites(shop: Storefront): Promise<string[]> {
  const customer = await shop.signUp();
  const [ware] = await someWares(shop, 1);
  if (!ware) return ['there is no ware'];
  const answers = await Promise.all(Array.from({ length: WRITES }, () => shop.add({ token: customer.token }, ware.id)));
  const after = await shop.cartOf({ token: customer.token });
  return [
    ...judgeAnswers(answers),
    ...judgeVersions(answers, 1, after),
    ...judgeQuantities(after, new Map([[ware.id, WRITES]])),
    ...(await judgeActiveCarts(shop, customer.id)),
  ];
}

async function twoTabs(shop: Storefront): Promise<string[]> {
  const customer = await shop.signUp();
  const wares = await someWares(shop, 3);
  const [common, own, brought] = wares.map(({ id }) => id);
  if (!common || !own || !brought) return ['there are no wares'];
  await shop.add({ token: customer.token }, common, 2);
  await shop.add({ token: customer.token }, own, 1);
  const guests = [await shop.guestWith(common, 3), await shop.guestWith(brought, 4)];
  // Two tabs with the same guest cart, and two with another one; each reads and writes while it is merged.
  const tabs = guests.flatMap(({ guestToken }) => [
    { token: customer.token, guestToken },
    { token: customer.token, guestToken },
  ]);
  const answers = await Promise.all([
    ...tabs.map((tab) => shop.add(tab, own, 1)),
    ...tabs.map(async (tab): Promise<CartAnswer> => ({ cart: await shop.cartOf(tab), errors: [] })),
  ]);
  const after = await shop.cartOf({ token: customer.token });
  const wanted = new Map([
    [common, 5],
    [own, 5],
    [brought, 4],
  ]);
  return [...judgeAnswers(answers), ...judgeQuantities(after, wanted), ...(await judgeActiveCarts(shop, customer.id))];
}

async function conflicts(shop: Storefront): Promise<string[]> {
  const visitor: Visitor = { token: (await shop.signUp()).token };
  const [ware] = await someWares(shop, 1);
  if (!ware) return ['there is no ware'];
  const { cart } = await shop.add(visitor, ware.id);
  const version = cart?.version ?? -1;
  const answers = await Promise.all(Array.from({ length: 10 }, () => shop.add(visitor, ware.id, 1, version)));
  const won = answers.filter(({ errors }) => errors.length === 0);
  const told = answers.filter(
    ({ errors }) => errors[0]?.__typename === 'CartVersionConflict' && isSound(errors[0].current ?? null, version + 1, 2),
  );
  return [
    ...(won.length === 1 ? [] : [`${won.length} of 10 writers won`]),
    ...(told.length === 9 ? [] : [`${told.length} of 9 losers were told the cart as it is`]),
  ];
}

function isSound(cart: CartSeen | null, version: number, itemCount: number): boolean {
  return cart?.version === version && cart.itemCount === itemCount && addsUp(cart);
}

/** Each answer is a cart that was, whose total is the sum of its lines. */
function judgeAnswers(answers: readonly CartAnswer[]): string[] {
  const refused = answers.flatMap(({ errors }) => errors.map(({ __typename }) => __typename));
  const wrong = answers.filter(({ cart }) => cart && !addsUp(cart));
  return [
    ...(refused.length === 0 ? [] : [`${refused.length} writes were refused: ${[...new Set(refused)].join(', ')}`]),
    ...(wrong.length === 0 ? [] : [`${wrong.length} answers whose total is not the sum of their lines`]),
  ];
}

function addsUp({ lines, total, itemCount }: CartSeen): boolean {
  const cents = lines.reduce((sum, { lineTotal }) => sum + centsOf(lineTotal?.amount), 0);
  return cents === centsOf(total?.amount) && lines.reduce((sum, { quantity }) => sum + quantity, 0) === itemCount;
}

function centsOf(amount: string | undefined): number {
  return Math.round(Number(amount ?? Number.NaN) * 100);
}

/** Every write that was acknowledged has a version of its own, without a gap: so none overwrote another. */
function judgeVersions(answers: readonly CartAnswer[], before: number, after: CartSeen | null): string[] {
  const versions = answers.map(({ cart }) => cart?.version ?? -1).toSorted((a, b) => a - b);
  const expected = answers.map((_, at) => before + 1 + at);
  const isRight = versions.every((version, at) => version === expected[at]) && after?.version === before + answers.length;
  return isRight
    ? []
    : [
        `the versions are not ${before + 1} to ${before + answers.length}, each once: ${versions.join(' ')}, then ${after?.version}`,
      ];
}

function judgeQuantities(cart: CartSeen | null, wanted: ReadonlyMap<string, number>): string[] {
  const found = new Map(cart?.lines.map(({ variant, quantity }) => [variant?.id ?? '', quantity]));
  const wrong = [...wanted].filter(([id, quantity]) => found.get(id) !== quantity);
  const strange = [...found.keys()].filter((id) => !wanted.has(id));
  const lost = wrong.map(([id, quantity]) => `${found.get(id) ?? 0} instead of ${quantity}`);
  return [...lost, ...(strange.length === 0 ? [] : [`${strange.length} lines that should be gone`])];
}

async function judgeActiveCarts(shop: Storefront, customerId: string): Promise<string[]> {
  const [row] = await shop.sql<{ count: number }>(
    'order',
    `SELECT count(*)::int AS count FROM cart WHERE user_id = $1 AND status = 'ACTIVE'`,
    [keyOf('User', customerId)],
  );
  return row?.count === 1 ? [] : [`${row?.count} active carts of one customer`];
}

function someWares(shop: Storefront, count: number): Promise<Ware[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => shop.addWare({ price: `${at + 1}.10`, stock: 10_000 })));
}

/** The usual mistake, planted: quantities are read, and written a moment later without looking again. */
async function control(context: ProofContext, shop: Storefront): Promise<boolean> {
  await shop.sql(
    'order',
    `CREATE FUNCTION forget_others() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF random() < 0.2 THEN NEW.quantity := OLD.quantity; END IF;
       RETURN NEW;
     END $$`,
  );
  await shop.sql(
    'order',
    'CREATE TRIGGER forget_others BEFORE UPDATE ON cart_line FOR EACH ROW EXECUTE FUNCTION forget_others()',
  );
  const found = await addAtOnce(shop, { token: (await shop.signUp()).token });
  context.say(
    `control, one update in five is lost: ${found.length === 0 ? 'NOT caught' : `caught: ${found.length} quantities wrong`}`,
  );
  return found.length > 0;
}
