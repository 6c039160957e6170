import { Field, Int, ObjectType } from 'type-graphql';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

/** An address in somebody's address book. Orders keep copies of their own. */
@ObjectType({ description: 'An address in your address book. An order keeps a copy, so changing this changes no order.' })
@Entity('address')
export class Address {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'user_id' })
  userId: number;

  @Field(() => String, { description: 'Who receives it.' })
  @Column('text')
  name: string;

  @Field(() => String, { nullable: true, description: 'The company; null for a private address.' })
  @Column('text', { nullable: true })
  company: string | null;

  @Field(() => String, { description: 'Street and number.' })
  @Column('text')
  line1: string;

  @Field(() => String, { nullable: true, description: 'More, such as a floor; null when nothing.' })
  @Column('text', { nullable: true })
  line2: string | null;

  @Field(() => String, { description: 'The town.' })
  @Column('text')
  city: string;

  @Field(() => String, { nullable: true, description: 'The state, province or county; null where there is none.' })
  @Column('text', { nullable: true })
  region: string | null;

  @Field(() => String, { nullable: true, description: 'The postal code; null where there is none.' })
  @Column('text', { name: 'postal_code', nullable: true })
  postalCode: string | null;

  @Field(() => String, { description: 'The ISO 3166-1 code of the country, such as "NL".' })
  @Column('text', { name: 'country_code' })
  countryCode: string;

  @Field(() => String, { nullable: true, description: 'For the carrier to call; null when not given.' })
  @Column('text', { nullable: true })
  phone: string | null;

  @Field(() => Boolean, { description: 'Whether a checkout offers it first.' })
  @Column('boolean', { name: 'is_default', default: false })
  isDefault: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows with every change; give it as expectedVersion to change only what you saw.' })
  @VersionColumn()
  version: number;
}
