import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A picture of a product, in the order that the shop shows them. */
@Entity('product_image')
export class ImageRecord {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'product_id' })
  productId: number;

  @Column('text')
  url: string;

  @Column('text')
  alt: string;

  @Column('integer', { nullable: true })
  width: number | null;

  @Column('integer', { nullable: true })
  height: number | null;

  @Column('integer')
  position: number;
}
