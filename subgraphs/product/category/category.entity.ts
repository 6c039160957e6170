import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, VersionColumn } from 'typeorm';
import { Node } from '../../../platform/federation';

/** A node of the category tree. The id outside is made from the key by the resolver. */
@Directive('@key(fields: "id")')
@Directive('@cacheControl(scope: "RIGHTS")')
@ObjectType('Category', {
  implements: Node,
  description: 'A shelf of the shop. Categories form a tree; a product may stand in several.',
})
@Entity('category')
export class Category {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Field(() => String, { description: 'What it is called in the shop.' })
  @Column('text')
  name: string;

  @Field(() => String, { description: 'Its name in web addresses: lower case, digits and hyphens, unique.' })
  @Column('text')
  slug: string;

  @Field(() => String, { description: 'What it holds, as plain text; may be empty.' })
  @Column('text')
  description: string;

  @Column('integer', { name: 'parent_id', nullable: true })
  parentId: number | null;

  /** The keys from the top of the tree down to this category; kept by the database. */
  @Column({ type: 'integer', array: true, insert: false, update: false })
  path: number[];

  /** Where it stands among its siblings; equal ones stand by name. */
  @Column('integer', { default: 0 })
  position: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Field(() => Int, { description: 'Rises with every change by staff; give it as expectedVersion.' })
  @VersionColumn()
  version: number;
}
