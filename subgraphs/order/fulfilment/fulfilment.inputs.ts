import { Field, ID, InputType } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf } from '../../../platform/federation';
import { NamedChangeInput, OrderChangeInput, OrderLineInput, readChange, readLines } from '../order';
import { optionalText, requiredText } from '../text';
import { trackingPage } from './carriers';
import type { DeliverRequest, ShipRequest } from './fulfilment.service';

@InputType({ description: 'A parcel to hand to the carrier.' })
export class ShipOrderInput extends OrderChangeInput {
  @Field(() => String, { description: 'Who carries it, 1 to 100 characters, such as "DHL".' })
  carrier: string;

  @Field(() => String, { description: 'What the carrier knows it by, 1 to 100 characters.' })
  trackingNumber: string;

  @Field(() => String, {
    nullable: true,
    description: 'An https address to follow it at; made from the tracking number for carriers that we know.',
  })
  trackingUrl?: string | null;

  @Field(() => [OrderLineInput], {
    nullable: true,
    description: 'What is in the parcel, 1 to 200 lines; everything that has not left yet when absent.',
  })
  lines?: OrderLineInput[] | null;
}

@InputType({ description: 'A parcel that arrived.' })
export class DeliverShipmentInput extends NamedChangeInput {
  @Field(() => ID, { description: 'The parcel: a Shipment of the order.' })
  shipmentId: string;
}

export function readParcel(input: ShipOrderInput): ShipRequest {
  const carrier = requiredText(input.carrier, 'input.carrier', 100);
  const trackingNumber = requiredText(input.trackingNumber, 'input.trackingNumber', 100);
  const given = optionalText(input.trackingUrl, 'input.trackingUrl', 500);
  if (given !== null && !(given.startsWith('https://') && URL.canParse(given))) {
    throw badInput('input.trackingUrl', 'must be an https address');
  }
  const trackingUrl = given ?? trackingPage(carrier, trackingNumber);
  return { ...readChange(input), carrier, trackingNumber, trackingUrl, lines: input.lines ? readLines(input.lines) : null };
}

export function readDelivery(input: DeliverShipmentInput): DeliverRequest {
  return { ...readChange(input), shipmentId: keyOf('Shipment', input.shipmentId, 'input.shipmentId') };
}
