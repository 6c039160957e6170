/** Select list of a {@link Category}, for statements that join the table as `category c`. */
export const CATEGORY_COLUMNS = `c.id, c.name, c.slug, c.description, c.parent_id AS "parentId", c.path, c.position,
  c.created_at AS "createdAt", c.version`;
