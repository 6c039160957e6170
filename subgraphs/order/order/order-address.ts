import { Field, ObjectType } from 'type-graphql';

/** An address as it was when the order was placed; stored as JSON in the order. */
@ObjectType('OrderAddress', { description: 'An address as it was when the order was placed.', simpleResolvers: true })
export class OrderAddress {
  @Field(() => String, { description: 'Who receives it.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The company; null for a private address.' })
  company?: string | null;

  @Field(() => String, { description: 'Street and number.' })
  line1: string;

  @Field(() => String, { nullable: true, description: 'More, such as a floor; null when nothing.' })
  line2?: string | null;

  @Field(() => String, { description: 'The town.' })
  city: string;

  @Field(() => String, { nullable: true, description: 'The state, province or county; null where there is none.' })
  region?: string | null;

  @Field(() => String, { nullable: true, description: 'The postal code; null where there is none.' })
  postalCode?: string | null;

  @Field(() => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' })
  countryCode: string;

  @Field(() => String, { nullable: true, description: 'For the carrier to call; null when not given.' })
  phone?: string | null;
}

/** `null` for an address that was erased or never given. */
export function asOrderAddress(data: Partial<OrderAddress> | null): OrderAddress | null {
  return data?.line1 ? Object.assign(new OrderAddress(), { name: '', city: '', countryCode: '' }, data) : null;
}
