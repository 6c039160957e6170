import { linkOf, type MailBlock, type MailContent } from '../../../platform/mail';
import type { Order, OrderEvent, OrderItem } from '../order';
import {
  addressesOf,
  countOf,
  goodsOf,
  heading,
  hello,
  moneyOf,
  parcelOf,
  quantityOf,
  sumsOf,
  text,
  textOf,
  toOrder,
  type MailLook,
} from './mail-parts';
import type { NoticeTemplate } from './notice.entity';

/** An order and the entry of its log that its customer is told of. */
export interface OrderNews {
  readonly order: Order;
  readonly items: readonly OrderItem[];
  readonly entry: OrderEvent;
  /** What stood in the log before it. */
  readonly earlier: readonly OrderEvent[];
}

export type OrderTemplate = Exclude<NoticeTemplate, 'CART_REMINDER' | 'WEBHOOK_DISABLED'>;
type Writer = (news: OrderNews, look: MailLook) => MailContent;

/** Each mail about an order in words. */
export const ORDER_WRITERS: Readonly<Record<OrderTemplate, Writer>> = {
  ORDER_PLACED: placed,
  ORDER_SHIPPED: shipped,
  ORDER_DELIVERED: delivered,
  ORDER_CANCELLED: cancelled,
  REST_CANCELLED: restCancelled,
  ORDER_REFUNDED: refunded,
  RETURN_APPROVED: returnApproved,
  RETURN_REFUSED: returnRefused,
  ORDER_RETURNED: returned,
  PAYMENT_FAILED: paymentFailed,
};

function placed(news: OrderNews, look: MailLook): MailContent {
  const { order, items } = news;
  return {
    subject: `We have your order ${order.number}`,
    preheader: `${moneyOf(order, order.totalMinor)} for ${countOf(items)}. We write again when it leaves.`,
    blocks: [
      hello(order),
      text('Thank you for your order. We are getting it ready and write to you again when it leaves.'),
      ...toOrder(order, look),
      heading('What you ordered'),
      { kind: 'goods', goods: items.map((item) => goodsOf(item, item.quantity, look)) },
      { kind: 'sums', sums: sumsOf(order) },
      ...addressesOf(order),
    ],
  };
}

function shipped({ order, items, entry }: OrderNews, look: MailLook): MailContent {
  const parcel = parcelOf(items, entry);
  const carrier = textOf(entry, 'carrier');
  const number = textOf(entry, 'trackingNumber');
  const tracking = linkOf(textOf(entry, 'trackingUrl'));
  const { subject, words } = shippedWords(order, entry, parcel.length > 0 && quantityOf(parcel) < quantityOf(items));
  return {
    subject,
    preheader: `${carrier ? `With ${carrier}, tracking` : 'Tracking'} number ${number ?? 'unknown'}.`,
    blocks: [
      hello(order),
      text(words),
      ...(tracking ? [{ kind: 'button', label: 'Follow the parcel', url: tracking } as const] : toOrder(order, look)),
      {
        kind: 'facts',
        facts: [
          { label: 'Carrier', lines: [carrier ?? ''] },
          { label: 'Tracking number', lines: [number ?? ''], url: tracking },
        ].filter(({ lines }) => lines[0] !== ''),
      },
      heading('In this parcel'),
      ...goodsWithoutMoney(parcel.length > 0 ? parcel : items, look),
      ...addressesOf(order, false),
    ],
  };
}

/** All of it, a part, or the last of several parts. */
function shippedWords({ number }: Order, { type }: OrderEvent, isPart: boolean): { subject: string; words: string } {
  if (type === 'PARTIALLY_SHIPPED')
    return {
      subject: `A part of your order ${number} is on its way`,
      words: 'A part of your order has left us. The rest follows; we write to you when it does.',
    };
  if (isPart)
    return { subject: `The rest of your order ${number} is on its way`, words: 'Now the rest of your order has left us too.' };
  return { subject: `Your order ${number} is on its way`, words: 'Your order has left us and is on its way to you.' };
}

function delivered({ order }: OrderNews, look: MailLook): MailContent {
  return {
    subject: `Your order ${order.number} has arrived`,
    preheader: 'We hope that everything is as it should be.',
    blocks: [
      hello(order),
      text('Your order has arrived. We hope that everything is as it should be. If not, answer this mail and we put it right.'),
      ...toOrder(order, look),
    ],
  };
}

function cancelled({ order, entry }: OrderNews, look: MailLook): MailContent {
  const isOurs = entry.actorKind !== 'CUSTOMER' && entry.actorKind !== 'GUEST';
  const reason = textOf(entry, 'reason') === 'OUT_OF_STOCK' ? 'What you ordered was sold out.' : textOf(entry, 'reason');
  return {
    subject: `Your order ${order.number} was cancelled`,
    preheader: 'Nothing will be sent, and you pay nothing.',
    blocks: [
      hello(order),
      text(isOurs ? 'We are sorry: we had to cancel your order.' : 'As you asked, we have cancelled your order.'),
      ...(reason && isOurs ? [text(reason)] : []),
      text(
        'You pay nothing for it. What was held on your card is let go, and what was taken goes back; banks take a few days to show it.',
      ),
      ...toOrder(order, look),
    ],
  };
}

/** Of an order that had left in part. */
function restCancelled({ order, items, entry }: OrderNews, look: MailLook): MailContent {
  const amountMinor = numberOf(entry, 'amount') ?? 0;
  const reason = entry.actorKind === 'STAFF' || entry.actorKind === 'SYSTEM' ? textOf(entry, 'reason') : null;
  return {
    subject: `The rest of your order ${order.number} was cancelled`,
    preheader: 'What has left us already is not touched by it.',
    blocks: [
      hello(order),
      text('What had not left us yet will not be sent. What is on its way to you is not touched by it.'),
      ...(reason ? [text(reason)] : []),
      ...goodsWithoutMoney(parcelOf(items, entry), look),
      ...(amountMinor > 0 ? [text(`We send ${moneyOf(order, amountMinor)} back to you, and write again when it is done.`)] : []),
      ...toOrder(order, look),
    ],
  };
}

function refunded({ order, entry, earlier }: OrderNews, look: MailLook): MailContent {
  const before = earlier
    .filter(({ type }) => type === 'PAYMENT_PARTIALLY_REFUNDED')
    .reduce((sum, each) => sum + (numberOf(each, 'amount') ?? 0), 0);
  const amount = moneyOf(order, numberOf(entry, 'amount') ?? order.totalMinor - before);
  return {
    subject: `We have sent ${amount} back to you`,
    preheader: `For your order ${order.number}. Banks take a few days to show it.`,
    blocks: [
      hello(order),
      text(`We have sent ${amount} for your order ${order.number} back the way that you paid. Banks take a few days to show it.`),
      { kind: 'sums', sums: [{ label: 'Sent back', amount, isTotal: true }] },
      ...toOrder(order, look),
    ],
  };
}

function returnApproved({ order, items, entry }: OrderNews, look: MailLook): MailContent {
  return {
    subject: `Please send back what you return of order ${order.number}`,
    preheader: 'We have said yes to your return.',
    blocks: [
      hello(order),
      text('You may send back what you asked for. When it is here we write again.'),
      ...goodsWithoutMoney(parcelOf(items, entry), look),
      ...toOrder(order, look),
    ],
  };
}

function returnRefused({ order }: OrderNews, look: MailLook): MailContent {
  return {
    subject: `We cannot take back order ${order.number}`,
    preheader: 'Your order tells why.',
    blocks: [
      hello(order),
      text('We are sorry: we cannot take back what you asked for. Your order tells why. If that is not right, answer this mail.'),
      ...toOrder(order, look),
    ],
  };
}

function returned({ order, items, entry }: OrderNews, look: MailLook): MailContent {
  const amountMinor = numberOf(entry, 'amount') ?? 0;
  const money =
    amountMinor > 0
      ? `We send ${moneyOf(order, amountMinor)} back to you, and write again when it is done.`
      : 'If money comes back to you, we write again when it is on its way.';
  return {
    subject: `Your return for order ${order.number} has arrived`,
    preheader: money,
    blocks: [
      hello(order),
      text('What you sent back has arrived.'),
      ...goodsWithoutMoney(parcelOf(items, entry), look),
      text(money),
      ...toOrder(order, look),
    ],
  };
}

function paymentFailed({ order }: OrderNews, look: MailLook): MailContent {
  return {
    subject: `The payment of your order ${order.number} failed`,
    preheader: 'Your bank did not let us take the amount.',
    blocks: [
      hello(order),
      text(`Your bank did not let us take ${moneyOf(order, order.totalMinor)} for your order ${order.number}.`),
      text('Please answer this mail, so that we find another way to pay it.'),
      ...toOrder(order, look),
    ],
  };
}

function goodsWithoutMoney(items: readonly OrderItem[], look: MailLook): MailBlock[] {
  return items.length === 0
    ? []
    : [{ kind: 'goods', goods: items.map((item) => ({ ...goodsOf(item, item.quantity, look), amount: null })) }];
}

/** An amount in minor units, or `null`. */
function numberOf({ data }: OrderEvent, name: string): number | null {
  const value = data[name];
  return typeof value === 'number' ? value : null;
}
