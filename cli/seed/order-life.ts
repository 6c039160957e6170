import type { SeedOrder, SeedOrderEvent } from '../../subgraphs/order/seed';
import { DEMO_STAFF_ID } from './customers';
import type { Random } from './random';

const HOUR_MS = 3_600_000;

export type OrderLife = Pick<
  SeedOrder,
  'status' | 'paymentStatus' | 'fulfilmentStatus' | 'cancelledReason' | 'events' | 'payment' | 'shipment'
>;

interface Step {
  readonly to: string;
  readonly type?: string;
  readonly at: number;
  readonly by: 'CUSTOMER' | 'STAFF' | 'SYSTEM';
  readonly details?: Readonly<Record<string, unknown>>;
  readonly change: Partial<Pick<OrderLife, 'paymentStatus' | 'fulfilmentStatus' | 'cancelledReason' | 'payment' | 'shipment'>>;
}

export interface OrderStart {
  readonly placedAt: Date;
  readonly totalMinor: number;
  readonly userId: number | null;
  /** How many orders came after it: the last four are still to be packed, so that a shop of any size shows some. */
  readonly youth: number;
}

/**
 * All that happens to an order until `endsAt`: a plan of its whole life by the table of transitions, cut off at today,
 * so that young orders are on their way and old ones have arrived.
 */
export function liveOn(order: OrderStart, endsAt: Date, random: Random): OrderLife {
  const { placedAt, userId, youth } = order;
  const isHeld = random.chance(0.15) || youth < 2;
  const captureOn = isHeld ? 'SHIPPING' : 'PLACING';
  const steps = planOf(order, isHeld, random).filter(({ at }) => at < endsAt.getTime());
  const buyer = { actorKind: userId === null ? 'GUEST' : 'CUSTOMER', actorId: userId } as const;
  let life: OrderLife = {
    status: 'PLACED',
    paymentStatus: 'AUTHORIZED',
    fulfilmentStatus: 'UNFULFILLED',
    cancelledReason: null,
    payment: { status: 'AUTHORIZED', captureOn, capturedMinor: 0, refundedMinor: 0 },
    shipment: null,
    events: [{ type: 'PLACED', from: null, to: 'PLACED', details: {}, ...buyer, at: placedAt }],
  };
  for (const { to, type = to, at, by, details = {}, change } of steps) {
    const actor = by === 'CUSTOMER' ? buyer : { actorKind: by, actorId: by === 'STAFF' ? DEMO_STAFF_ID : null };
    const event: SeedOrderEvent = { type, from: life.status, to, details, ...actor, at: new Date(at) };
    life = {
      ...life,
      ...change,
      status: to,
      events: [...life.events, event],
      payment: { ...life.payment, ...change.payment, captureOn },
    };
  }
  return life;
}

const CANCEL_REASONS = [
  'Ordered twice by mistake',
  'Found it in a shop nearby',
  'Delivery would take too long',
  'Wrong size chosen',
];
const REFUND_REASONS = ['Arrived damaged', 'Does not fit', 'Not as expected', 'Lost on the way'];
const CARRIERS = [
  { carrier: 'DHL', url: 'https://www.dhl.com/track?tracking-id=', prefix: 'JD01' },
  { carrier: 'DPD', url: 'https://tracking.dpd.de/parcelstatus?query=', prefix: '0998' },
  { carrier: 'PostNL', url: 'https://postnl.nl/tracktrace/?B=', prefix: '3SMER' },
];

function planOf({ placedAt, totalMinor, youth }: OrderStart, isHeld: boolean, random: Random): Step[] {
  const captured = { status: 'CAPTURED', captureOn: 'PLACING', capturedMinor: totalMinor, refundedMinor: 0 } as const;
  let at = placedAt.getTime();
  const after = (minimumHours: number, maximumHours: number): number =>
    (at += Math.floor(random.between(minimumHours, maximumHours) * HOUR_MS));
  const steps: Step[] = [];
  if (!isHeld)
    steps.push({ to: 'PAID', at: after(0.0005, 0.02), by: 'SYSTEM', change: { paymentStatus: 'PAID', payment: captured } });
  if (random.chance(0.045) && youth >= 4)
    return [...steps, ...cancellation(after(0.3, 9), after(0.0005, 0.01), isHeld, totalMinor, random)];
  // Some wait for goods that have to be fetched from another shelf, and the very last ones for the morning.
  steps.push({
    to: 'PACKED',
    at: random.chance(0.1) || youth < 4 ? after(30, 110) : after(2, 26),
    by: 'STAFF',
    change: { fulfilmentStatus: 'PACKED' },
  });
  const { carrier, url, prefix } = random.pick(CARRIERS);
  const trackingNumber = `${prefix}${String(random.int(10 ** 9, 10 ** 10 - 1))}`;
  const shipment = {
    carrier,
    trackingNumber,
    trackingUrl: `${url}${trackingNumber}`,
    shippedAt: new Date(after(1, 22)),
    deliveredAt: null,
  };
  const details = { carrier, trackingNumber, trackingUrl: shipment.trackingUrl };
  steps.push({ to: 'SHIPPED', at, by: 'STAFF', details, change: { fulfilmentStatus: 'SHIPPED', shipment } });
  if (isHeld)
    steps.push({
      to: 'SHIPPED',
      type: 'PAYMENT_CAPTURED',
      at: after(0.0005, 0.01),
      by: 'SYSTEM',
      change: { paymentStatus: 'PAID', payment: captured },
    });
  const isLost = random.chance(0.004);
  if (!isLost) {
    const deliveredAt = new Date(after(18, 96));
    steps.push({
      to: 'DELIVERED',
      at,
      by: 'STAFF',
      change: { fulfilmentStatus: 'DELIVERED', shipment: { ...shipment, deliveredAt } },
    });
  }
  if (isLost || random.chance(0.035))
    steps.push(...refund(after(30, 340), after(0.0005, 0.01), isLost ? 'SHIPPED' : 'DELIVERED', totalMinor, random));
  return steps;
}

function cancellation(at: number, settledAt: number, isHeld: boolean, totalMinor: number, random: Random): Step[] {
  const reason = random.pick(CANCEL_REASONS);
  const by = random.chance(0.7) ? 'CUSTOMER' : 'STAFF';
  const settled: Step['change'] = isHeld
    ? { paymentStatus: 'VOIDED', payment: { status: 'VOIDED', captureOn: 'SHIPPING', capturedMinor: 0, refundedMinor: 0 } }
    : {
        paymentStatus: 'REFUNDED',
        payment: { status: 'REFUNDED', captureOn: 'PLACING', capturedMinor: totalMinor, refundedMinor: totalMinor },
      };
  return [
    { to: 'CANCELLED', at, by, details: { reason }, change: { cancelledReason: reason, fulfilmentStatus: 'UNFULFILLED' } },
    { to: 'CANCELLED', type: isHeld ? 'PAYMENT_VOIDED' : 'PAYMENT_REFUNDED', at: settledAt, by: 'SYSTEM', change: settled },
  ];
}

function refund(at: number, settledAt: number, fulfilmentStatus: string, totalMinor: number, random: Random): Step[] {
  const reason = fulfilmentStatus === 'SHIPPED' ? 'Lost on the way' : random.pick(REFUND_REASONS);
  const payment = { status: 'REFUNDED', captureOn: 'PLACING', capturedMinor: totalMinor, refundedMinor: totalMinor } as const;
  return [
    { to: 'REFUNDED', at, by: 'STAFF', details: { reason }, change: { cancelledReason: reason, fulfilmentStatus } },
    { to: 'REFUNDED', type: 'PAYMENT_REFUNDED', at: settledAt, by: 'SYSTEM', change: { paymentStatus: 'REFUNDED', payment } },
  ];
}
