import type { Viewer } from '../../platform/auth';
import { OrderStatus } from '../../subgraphs/order/order/order.status';
import { ACTIONS, OrderAction } from '../../subgraphs/order/order/order.transitions';
import { after, afterOf, verify } from './support/after';
import { add, change, orderOf, place, type OrderData } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

type Who = 'staff' | 'owner' | 'guest owner' | 'stranger';
type Made = { readonly order: OrderData; readonly owner: Viewer };

/** Brings an order of two of one line to a status, by the mutations alone. */
const WAYS: Readonly<Record<OrderStatus, (made: Made) => Promise<void>>> = {
  PLACED: async () => undefined,
  PAID: async () => undefined,
  PACKED: async (made) => act(made, staff, 'PACK'),
  PARTIALLY_SHIPPED: async (made) => {
    await WAYS.PACKED(made);
    const { items } = await afterOf(shop, staff, made.order.id);
    await shipped(made, [{ itemId: items[0]?.id, quantity: 1 }]);
  },
  SHIPPED: async (made) => {
    await WAYS.PACKED(made);
    await shipped(made);
  },
  DELIVERED: async (made) => {
    await WAYS.SHIPPED(made);
    await act(made, staff, 'DELIVER');
  },
  CANCELLED: async (made) => act(made, staff, 'CANCEL'),
  REFUNDED: async (made) => {
    await WAYS.SHIPPED(made);
    await act(made, staff, 'REFUND');
  },
};

/** Where each action of staff leads from each status; what is not here is forbidden. Money of PLACED orders is only held. */
const LEADS: Readonly<Record<OrderStatus, Partial<Record<OrderAction, OrderStatus>>>> = {
  PLACED: { CANCEL: 'CANCELLED', PACK: 'PACKED' },
  PAID: { CANCEL: 'CANCELLED', PACK: 'PACKED', REFUND_PART: 'PAID' },
  PACKED: { CANCEL: 'CANCELLED', SHIP: 'SHIPPED', REFUND_PART: 'PACKED' },
  PARTIALLY_SHIPPED: {
    CANCEL: 'SHIPPED',
    SHIP: 'SHIPPED',
    DELIVER: 'PARTIALLY_SHIPPED',
    REFUND_PART: 'PARTIALLY_SHIPPED',
    RETURN: 'PARTIALLY_SHIPPED',
  },
  SHIPPED: { DELIVER: 'DELIVERED', REFUND: 'REFUNDED', REFUND_PART: 'SHIPPED', RETURN: 'SHIPPED' },
  DELIVERED: { REFUND: 'REFUNDED', REFUND_PART: 'DELIVERED', RETURN: 'DELIVERED' },
  CANCELLED: {},
  REFUNDED: {},
};

/** What an owner may do, of what the status allows. */
function ownersMay(action: OrderAction, status: OrderStatus): boolean {
  return action === 'RETURN' || (action === 'CANCEL' && (status === 'PLACED' || status === 'PAID'));
}

const EVERYBODY = ['staff', 'owner', 'guest owner', 'stranger'] as const;
const CASES = Object.values(OrderStatus).flatMap((status) => EVERYBODY.map((who) => [status, who] as const));

test('the walk knows every status and action of the table', () => {
  for (const status of Object.values(OrderStatus)) {
    expect([status, Object.keys(LEADS[status])]).toEqual([status, Object.keys(ACTIONS[status])]);
  }
});

test.each(CASES)('%s: what %s may not do changes nothing', async (status, who) => {
  const made = await broughtTo(status, who);
  const viewer = viewerOf(who, made.owner);
  const before = await orderOf(shop, staff, made.order.id);
  expect(before?.status).toBe(status);
  const allowed = Object.values(OrderAction).filter((action) => isAllowed(status, action, who));
  if (who !== 'stranger') expect((await orderOf(shop, viewer, made.order.id))?.allowedActions).toEqual(allowed);
  for (const action of Object.values(OrderAction).filter((each) => !allowed.includes(each))) {
    expect([action, await attempt(made, viewer, action)]).toEqual([action, refusalFor(who, action)]);
  }
  const now = await orderOf(shop, staff, made.order.id);
  expect([now?.status, now?.version]).toEqual([status, before?.version]);
});

const STEPS = CASES.flatMap(([status, who]) =>
  Object.values(OrderAction).flatMap((action) => (isAllowed(status, action, who) ? [[status, action, who] as const] : [])),
);

test.each(STEPS)('%s: %s by %s leads where the table says', async (status, action, who) => {
  const made = await broughtTo(status, who);
  expect(await attempt(made, viewerOf(who, made.owner), action)).toBe('done');
  expect((await orderOf(shop, staff, made.order.id))?.status).toBe(LEADS[status][action]);
});

test('after all of it, the audit trail holds', async () => {
  expect(await verify(shop)).toMatchObject({ broken: null });
});

function isAllowed(status: OrderStatus, action: OrderAction, who: Who): boolean {
  if (LEADS[status][action] === undefined || who === 'stranger') return false;
  return who === 'staff' || ownersMay(action, status);
}

async function broughtTo(status: OrderStatus, who: Who): Promise<Made> {
  const made = await orderOfA(who === 'guest owner', status === 'PLACED');
  await WAYS[status](made);
  return made;
}

function refusalFor(who: Who, action: OrderAction): string {
  const isForStaff = action !== 'CANCEL' && action !== 'RETURN';
  if (who === 'guest owner' && isForStaff) return 'UNAUTHENTICATED';
  if (who !== 'staff' && isForStaff) return 'FORBIDDEN';
  return who === 'stranger' ? 'OrderNotFound' : 'IllegalTransition';
}

function viewerOf(who: Who, owner: Viewer): Viewer {
  if (who === 'staff') return staff;
  return who === 'stranger' ? newCustomer() : owner;
}

async function orderOfA(isGuest: boolean, isHeld: boolean): Promise<Made> {
  const variant = await shop.addVariant({ stock: 100 });
  let owner = isGuest ? guest(null) : newCustomer();
  const { guestToken } = await add(shop, owner, variant.id, 2);
  if (isGuest) owner = guest(guestToken);
  const more = { ...(isGuest ? { email: 'guest@example.com' } : {}), ...(isHeld ? { paymentToken: 'tok_hold' } : {}) };
  const { order, errors } = await place(shop, owner, newKey(), more);
  if (!order) throw new Error(`no order was placed: ${JSON.stringify(errors)}`);
  return { order, owner };
}

async function act(made: Made, viewer: Viewer, action: OrderAction): Promise<void> {
  const answer = await attempt(made, viewer, action);
  if (answer !== 'done') throw new Error(`${action} answered ${answer}`);
}

async function shipped({ order }: Made, lines?: readonly object[]): Promise<void> {
  const { errors } = await change(shop, staff, 'shipOrder', { orderId: order.id, carrier: 'DHL', trackingNumber: '1', lines });
  if (errors.length > 0) throw new Error(`not shipped: ${JSON.stringify(errors)}`);
}

/** `done`, the type of an expected failure, or the code of a refusal. */
async function attempt({ order }: Made, viewer: Viewer, action: OrderAction): Promise<string> {
  try {
    const { errors } = await mutate(order.id, viewer, action);
    return errors[0]?.__typename ?? 'done';
  } catch (error) {
    return /"code":"(UNAUTHENTICATED|FORBIDDEN)"/.exec(String(error))?.[1] ?? String(error);
  }
}

async function mutate(orderId: string, viewer: Viewer, action: OrderAction) {
  switch (action) {
    case 'CANCEL':
      return change(shop, viewer, 'cancelOrder', { orderId, reason: 'x' });
    case 'PACK':
      return change(shop, viewer, 'packOrder', { orderId });
    case 'SHIP':
      return change(shop, viewer, 'shipOrder', { orderId, carrier: 'DHL', trackingNumber: '1' });
    case 'DELIVER':
      return change(shop, viewer, 'deliverOrder', { orderId });
    case 'REFUND':
      return change(shop, viewer, 'refundOrder', { orderId, reason: 'x' });
    case 'REFUND_PART':
      return after(shop, viewer, 'refundPartially', { orderId, reason: 'x', amount: { amount: '1.00' } });
    case 'RETURN': {
      const { items } = await afterOf(shop, staff, orderId);
      const lines = [{ itemId: items[0]?.id, quantity: 1 }];
      return after(shop, viewer, 'requestReturn', { orderId, lines, reason: 'OTHER' });
    }
  }
}
