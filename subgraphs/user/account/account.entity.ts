import { Directive, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn, VersionColumn } from 'typeorm';
import type { Role } from '../../../platform/auth';
import { Node } from '../../../platform/federation';

/** The GraphQL enum of {@link Role}. */
export const RoleEnum = { CUSTOMER: 'CUSTOMER', STAFF: 'STAFF', ADMIN: 'ADMIN' } as const satisfies Record<Role, Role>;

registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What somebody is to the shop. The list may grow.',
  valuesConfig: {
    CUSTOMER: { description: 'Buys: sees and changes what is their own.' },
    STAFF: { description: 'Runs the shop: catalogue, stock and orders; may look at accounts.' },
    ADMIN: { description: 'All of STAFF, and gives roles and disables accounts.' },
  },
});

/** Somebody's account. The id outside is made from the key, and e-mail is judged, by the resolver. */
@Directive('@key(fields: "id")')
@ObjectType('User', { implements: Node, description: 'Somebody with an account. Seen by themself and by staff only.' })
@Entity('user')
export class User {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('text')
  email: string;

  @Field(() => String, { description: 'What they want to be called.' })
  @Column('text')
  name: string;

  @Field(() => [RoleEnum], { description: 'What they are to the shop; decides what they may do.' })
  @Column('text', { array: true })
  roles: Role[];

  @Field(() => Date, { nullable: true, description: 'When they proved that the e-mail address is theirs; null until then.' })
  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  emailVerifiedAt: Date | null;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt: Date | null;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt: Date | null;

  @Field(() => Date, { description: 'When the account was opened.' })
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Grows with every change; give it as expectedVersion to change only what you saw.' })
  @VersionColumn()
  version: number;

  /** Never selected by itself, so it reaches neither cache nor log. */
  @Column('text', { name: 'password_hash', nullable: true, select: false })
  passwordHash?: string | null;
}
