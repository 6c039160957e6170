import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'A new address for your address book.' })
export class AddAddressInput {
  @Field(() => String, { description: 'Who receives it, 1 to 200 characters.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The company, up to 200 characters.' })
  company?: string | null;

  @Field(() => String, { description: 'Street and number, 1 to 200 characters.' })
  line1: string;

  @Field(() => String, { nullable: true, description: 'More, such as a floor, up to 200 characters.' })
  line2?: string | null;

  @Field(() => String, { description: 'The town, 1 to 100 characters.' })
  city: string;

  @Field(() => String, { nullable: true, description: 'The state, province or county, up to 100 characters.' })
  region?: string | null;

  @Field(() => String, { nullable: true, description: 'The postal code, up to 20 characters.' })
  postalCode?: string | null;

  @Field(() => String, { description: 'The ISO 3166-1 code of the country, two letters, such as "NL".' })
  countryCode: string;

  @Field(() => String, { nullable: true, description: 'A telephone number for the carrier, up to 30 characters.' })
  phone?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Offer it first at checkout. The first address of a book always is.',
  })
  isDefault: boolean;
}

@InputType({ description: 'What to change of an address; what is left out stays.' })
export class UpdateAddressInput {
  @Field(() => ID, { description: 'Which address.' })
  addressId: string;

  @Field(() => String, { nullable: true, description: 'Who receives it, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The company, up to 200 characters; null or empty removes it.' })
  company?: string | null;

  @Field(() => String, { nullable: true, description: 'Street and number, 1 to 200 characters.' })
  line1?: string | null;

  @Field(() => String, { nullable: true, description: 'More, up to 200 characters; null or empty removes it.' })
  line2?: string | null;

  @Field(() => String, { nullable: true, description: 'The town, 1 to 100 characters.' })
  city?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The state, province or county, up to 100 characters; null or empty removes it.',
  })
  region?: string | null;

  @Field(() => String, { nullable: true, description: 'The postal code, up to 20 characters; null or empty removes it.' })
  postalCode?: string | null;

  @Field(() => String, { nullable: true, description: 'The ISO 3166-1 code of the country, two letters.' })
  countryCode?: string | null;

  @Field(() => String, { nullable: true, description: 'A telephone number, up to 30 characters; null or empty removes it.' })
  phone?: string | null;

  @Field(() => Int, { nullable: true, description: 'Change only if the address still has this version.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'Which address to remove.' })
export class RemoveAddressInput {
  @Field(() => ID, { description: 'The id of an address of yours.' })
  addressId: string;
}

@InputType({ description: 'Which address to offer first.' })
export class SetDefaultAddressInput {
  @Field(() => ID, { description: 'The id of an address of yours.' })
  addressId: string;
}
