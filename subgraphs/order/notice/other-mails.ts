import { linkOf, type MailContent } from '../../../platform/mail';
import type { Offer } from '../stock';
import { formatted, type MailLook } from './mail-parts';

export interface ReminderLine {
  readonly offer: Offer;
  readonly quantity: number;
}

/** The one mail that nobody asked for: it says how to get no more of them. */
export function cartReminder(lines: readonly ReminderLine[], stopUrl: string, look: MailLook): MailContent {
  const url = linkOf('/cart', look.publicUrl);
  return {
    subject: 'You left something in your cart',
    preheader: `${lines[0]?.offer.productName ?? 'It'} is still there.`,
    blocks: [
      { kind: 'text', text: 'Hello,' },
      { kind: 'text', text: 'What you put into your cart is still for sale. We do not hold it for you.' },
      { kind: 'goods', goods: lines.map((line) => goodsOf(line, look)) },
      ...(url ? [{ kind: 'button', label: 'Go to your cart', url } as const] : []),
      {
        kind: 'note',
        text: 'You get this once for a cart, because you have an account with us.',
        link: { label: 'No more reminders', url: stopUrl },
      },
    ],
  };
}

/** For the member of staff who registered the endpoint. */
export function webhookDisabled(url: string, reason: string): MailContent {
  return {
    subject: 'A webhook was switched off',
    preheader: `${new URL(url).host} has refused events for days.`,
    blocks: [
      { kind: 'text', text: `We no longer send events to ${url}. ${reason}` },
      {
        kind: 'text',
        text: 'When it works again, switch it on by updateWebhookEndpoint and send what it missed by redeliverWebhook.',
      },
    ],
  };
}

function goodsOf({ offer, quantity }: ReminderLine, look: MailLook) {
  return {
    name: offer.productName,
    detail: offer.variantTitle,
    quantity,
    amount: formatted(offer.unitPriceMinor * quantity, offer.currency),
    imageUrl: linkOf(offer.imageUrl, look.publicUrl),
  };
}
