import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { connectionType, Node } from '../../../platform/federation';

/** The category of goods whose own one has no rate in a zone. */
export const STANDARD_CATEGORY = 'standard';

@ObjectType('TaxRate', { description: 'The tax of one category of goods in a place.', simpleResolvers: true })
export class TaxRate {
  @Field(() => String, { description: 'The category of goods, such as "standard" or "reduced".' })
  category: string;

  @Field(() => Int, { description: 'In hundredths of a percent: 1900 are 19 %.' })
  rate: number;
}

/** What is taxed how in a country, or in a region of one. */
@ObjectType('TaxZone', { implements: Node, description: 'How goods are taxed that go to a country, or to a region of it.' })
@Entity('tax_zone')
export class TaxZone {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Field(() => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' })
  @Column('text', { name: 'country_code' })
  countryCode: string;

  /** Empty for the whole country. */
  @Column('text')
  region: string;

  @Field(() => String, { description: 'What the tax is called there, such as "VAT".' })
  @Column('text')
  name: string;

  @Field(() => Boolean, { description: 'Whether the prices of the catalogue have the tax in them; otherwise it is added.' })
  @Column('boolean', { name: 'prices_include_tax' })
  pricesIncludeTax: boolean;

  @Field(() => Boolean, { description: 'Whether shipping is taxed, at the standard rate.' })
  @Column('boolean', { name: 'is_shipping_taxed' })
  isShippingTaxed: boolean;

  @Field(() => Int, { description: 'Goes up with every change; give it back as expectedVersion.' })
  @Column('integer')
  version: number;

  @Field(() => Date, { description: 'When it changed last.' })
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  /** Read in the same statement as the zone. */
  @Field(() => [TaxRate], { description: 'The rates by category; a category without one has the rate of "standard".' })
  rates: TaxRate[];
}

export const TaxZoneConnection = connectionType(TaxZone, 'TaxZone');
