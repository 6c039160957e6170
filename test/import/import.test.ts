import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { csv, importWorld } from './world';

const NASTY = join(__dirname, 'files', 'nasty.csv');

const SNAPSHOT = `
  SELECT (SELECT jsonb_agg(to_jsonb(p) - 'search' ORDER BY id) FROM product p) AS products,
         (SELECT jsonb_agg(v ORDER BY id) FROM product_variant v) AS variants,
         (SELECT jsonb_agg(i ORDER BY id) FROM product_image i) AS images,
         (SELECT jsonb_agg(c ORDER BY id) FROM category c) AS categories,
         (SELECT jsonb_agg(l ORDER BY product_id, category_id) FROM product_category l) AS links,
         (SELECT jsonb_agg(m ORDER BY id) FROM stock_movement m) AS movements,
         (SELECT count(*)::int FROM outbox) AS events`;

describe('import of a nasty file', () => {
  it('takes what can be taken and tells each other row by line and reason', async () => {
    const world = await importWorld();
    const summary = await world.importFile(NASTY);
    expect(summary.rejects.map(({ line, isWhole, reason }) => `${line} ${isWhole ? 'row' : 'part'}: ${reason}`)).toEqual([
      '7 row: has the same option values as line 5',
      '8 part: taken without its SKU "KET-RED-1", which line 2 of the product has',
      '9 row: Variant Price "free" is no price such as 19.99',
      '10 row: the handle is missing',
      '11 row: the title is missing, and the shop has no product of this handle to add to',
      '12 row: has 3 columns where the header has 22',
      '13 part: Image Src "ftp://example.com/x.jpg" is no address that begins with https:// or http://',
      '13 part: taken without its SKU "KET-RED-2", which the product kettle has',
      '14 row: has 19 columns where the header has 22; it runs to line 15, perhaps for want of a closing quote',
      '16 row: Variant Price "-5.00" is no price such as 19.99',
    ]);
    expect(summary).toMatchObject({ rows: 14, productsCreated: 3, variantsAdded: 6, imagesAdded: 3 });
  });

  it('maps stock, tracking, backorder, prices, images and status', async () => {
    const world = await importWorld();
    await world.importFile(NASTY);
    const variants = await world.database.query(
      `SELECT v.sku, v.title, v.price, v.compare_at_price, v.weight_grams, v.stock_on_hand, v.available, v.is_tracked, v.allow_backorder, v.is_sellable
       FROM product_variant v JOIN product p ON p.id = v.product_id WHERE p.slug = 'kettle' ORDER BY v.position`,
    );
    const row = (...values: unknown[]) => values;
    expect(variants.map((variant) => Object.values(variant))).toEqual([
      row('KET-RED-1', 'Red / 1 l', '39.90', '49.90', 900, 12, 12, true, false, true),
      row('KET-RED-2', 'Red / 2 l', '45.90', null, 1200, -3, 0, true, false, false),
      row('KET-BLUE-1', 'Blue / 1 l', '39.90', null, 900, 0, 0, false, false, true),
      row(null, 'Green / 1 l', '39.90', null, 900, 5, 5, true, true, true),
    ]);
    const [kettle] = await world.database.query(
      `SELECT status, price, max_price, stock_quantity, option_names, tags, seo_title FROM product WHERE slug = 'kettle'`,
    );
    expect(kettle).toEqual({
      status: 'ACTIVE',
      price: '39.90',
      max_price: '45.90',
      stock_quantity: 17,
      option_names: ['Color', 'Size'],
      tags: ['steel', 'kitchen'],
      seo_title: 'Kettle | Hearth',
    });
    const [lamp] = await world.database.query(`SELECT status, published_at, option_names FROM product WHERE slug = 'draft-lamp'`);
    expect(lamp).toEqual({ status: 'DRAFT', published_at: null, option_names: [] });
    const images = await world.database.query(`SELECT url, alt FROM product_image ORDER BY position`);
    expect(images).toEqual([
      { url: 'https://example.com/kettle-red.jpg', alt: 'A red kettle' },
      { url: 'https://example.com/kettle-back.jpg', alt: 'From behind' },
      { url: 'https://example.com/kettle-lid.jpg', alt: '' },
    ]);
  });

  it('keeps the stock ledger equal to the stock on hand', async () => {
    const world = await importWorld();
    await world.importFile(NASTY);
    await world.importText(
      csv({
        Handle: 'draft-lamp',
        Title: 'Lamp',
        'Variant SKU': 'LAMP-1',
        'Variant Price': '20',
        'Variant Inventory Qty': '9',
        'Variant Inventory Tracker': 'shopify',
      }),
    );
    const wrong = await world.database.query(
      `SELECT v.id FROM product_variant v LEFT JOIN stock_movement m ON m.variant_id = v.id
       GROUP BY v.id HAVING v.stock_on_hand <> coalesce(sum(m.quantity), 0)`,
    );
    expect(wrong).toEqual([]);
    const movements = await world.database.query(
      `SELECT m.quantity, m.kind FROM stock_movement m JOIN product_variant v ON v.id = m.variant_id WHERE v.sku = 'LAMP-1' ORDER BY m.id`,
    );
    expect(movements).toEqual([
      { quantity: 2, kind: 'IMPORT' },
      { quantity: 7, kind: 'IMPORT' },
    ]);
  });

  it('lets no script, style, handler or frame through', async () => {
    const world = await importWorld();
    await world.importFile(NASTY);
    const [kettle] = await world.database.query<{ description: string; description_html: string }>(
      `SELECT description, description_html FROM product WHERE slug = 'kettle'`,
    );
    expect(kettle?.description_html).toBe(
      '<h2>Kettle</h2><p>Boils <b>fast</b> &amp; quietly.\nIt whistles.</p><a rel="nofollow noopener noreferrer">bad</a> ' +
        '<a href="https://example.com" rel="nofollow noopener noreferrer">good</a>',
    );
    expect(kettle?.description).toBe('Kettle\nBoils fast & quietly.\nIt whistles.\nbad good');
  });

  it('writes rejected rows to a CSV file with line and reason', async () => {
    const world = await importWorld();
    const rejects = world.pathOf('rejects.csv');
    const summary = await world.importFile(NASTY, rejects);
    const lines = readFileSync(rejects, 'utf8').trim().split('\n');
    expect(lines[0]).toMatch(/^Handle,Title,.*,Reject Line,Reject Reason$/);
    expect(lines).toHaveLength(1 + summary.rejects.length);
    expect(lines.some((line) => line.endsWith(',9,"Variant Price ""free"" is no price such as 19.99"'))).toBe(true);
  });
});

describe('import again', () => {
  it('changes nothing and tells no event', async () => {
    const world = await importWorld();
    await world.importFile(NASTY);
    const before = await world.database.query(SNAPSHOT);
    const summary = await world.importFile(NASTY);
    expect(summary).toMatchObject({
      productsCreated: 0,
      productsChanged: 0,
      productsUnchanged: 3,
      variantsAdded: 0,
      variantsChanged: 0,
      imagesAdded: 0,
    });
    expect(await world.database.query(SNAPSHOT)).toEqual(before);
  });

  it('finds variants by SKU when their options change, and by options when they have no SKU', async () => {
    const world = await importWorld();
    const mug = { Handle: 'mug', Title: 'Mug', 'Option1 Name': 'Color', 'Variant Price': '9.00' };
    await world.importText(
      csv({ ...mug, 'Option1 Value': 'Red', 'Variant SKU': 'MUG-R' }, { ...mug, Title: '', 'Option1 Value': 'Blue' }),
    );
    const ids = () => world.database.query('SELECT id, sku, option_values, price FROM product_variant ORDER BY position');
    const [red, blue] = await ids();
    const summary = await world.importText(
      csv(
        { ...mug, 'Option1 Value': 'Crimson', 'Variant SKU': 'MUG-R' },
        { ...mug, Title: '', 'Option1 Value': 'blue', 'Variant SKU': 'MUG-B', 'Variant Price': '8.00' },
      ),
    );
    expect(summary).toMatchObject({ productsChanged: 1, variantsAdded: 0, variantsChanged: 2 });
    expect(await ids()).toEqual([
      { ...red, option_values: ['Crimson'] },
      { ...blue, sku: 'MUG-B', option_values: ['blue'], price: '8.00' },
    ]);
  });

  it('adds rows without a title to the product that the shop has, also under its old address', async () => {
    const world = await importWorld();
    const mug = { Handle: 'mug', 'Option1 Name': 'Color', 'Variant Price': '9.00' };
    await world.importText(csv({ ...mug, Title: 'Mug', 'Option1 Value': 'Red' }));
    await world.database.query(`UPDATE product SET slug = 'cup' WHERE slug = 'mug'`);
    await world.database.query(`INSERT INTO slug_redirect (old_slug, product_id) SELECT 'mug', id FROM product`);
    await world.importText(csv({ ...mug, 'Option1 Value': 'Blue' }));
    const rows = await world.database.query(
      'SELECT p.slug, count(*)::int AS variants FROM product p JOIN product_variant v ON v.product_id = p.id GROUP BY p.slug',
    );
    expect(rows).toEqual([{ slug: 'cup', variants: 2 }]);
  });

  it('never takes stock below what is promised to running checkouts', async () => {
    const world = await importWorld();
    const mug = {
      Handle: 'mug',
      Title: 'Mug',
      'Variant SKU': 'M',
      'Variant Price': '9.00',
      'Variant Inventory Tracker': 'shopify',
    };
    await world.importText(csv({ ...mug, 'Variant Inventory Qty': '10' }));
    await world.database.query('UPDATE product_variant SET stock_reserved = 4');
    await world.importText(csv({ ...mug, 'Variant Inventory Qty': '1' }));
    expect(await world.database.query('SELECT stock_on_hand, stock_reserved, available FROM product_variant')).toEqual([
      { stock_on_hand: 4, stock_reserved: 4, available: 0 },
    ]);
  });
});

describe('categories', () => {
  const item = (at: number, tags: string, more: object = {}) => ({
    Handle: `item-${at}`,
    Title: `Item ${at}`,
    Vendor: 'Acme',
    Type: 'Lamps',
    Tags: tags,
    'Variant Price': '5',
    ...more,
  });

  it('makes the type a category and tags that several of its products share categories below it', async () => {
    const world = await importWorld();
    const tags = ['desk, acme, lamps', 'desk, all', 'desk, all', 'desk, all', 'floor, all', 'all', 'all'];
    await world.importText(csv(...tags.map((each, at) => item(at, `${each}, every`))));
    const rows = await world.database.query(
      `SELECT c.name, c.slug, parent.name AS parent, count(l.product_id)::int AS products FROM category c
       LEFT JOIN category parent ON parent.id = c.parent_id LEFT JOIN product_category l ON l.category_id = c.id
       GROUP BY c.id, parent.name ORDER BY c.id`,
    );
    // "every" is on all seven and "all" on six of them: neither tells products apart.
    expect(rows).toEqual([
      { name: 'Lamps', slug: 'lamps', parent: null, products: 7 },
      { name: 'desk', slug: 'desk', parent: 'Lamps', products: 4 },
    ]);
  });

  it('follows a product category path instead, when there is one', async () => {
    const world = await importWorld();
    await world.importText(
      csv(
        item(1, 'x', { 'Product Category': 'Home > Lighting > Lamps' }),
        item(2, 'x', { 'Product Category': 'Garden > Lighting' }),
      ),
    );
    const rows = await world.database.query('SELECT name, slug FROM category ORDER BY id');
    expect(rows).toEqual([
      { name: 'Home', slug: 'home' },
      { name: 'Lighting', slug: 'lighting' },
      { name: 'Lamps', slug: 'lamps' },
      { name: 'Garden', slug: 'garden' },
      { name: 'Lighting', slug: 'garden-lighting' },
    ]);
  });
});

describe('files', () => {
  it('reads a byte order mark, UTF-16 and line ends of every kind', async () => {
    const world = await importWorld();
    const one = csv({ Handle: 'a', Title: 'Täufling', 'Variant Price': '1' }, { Handle: 'b', Title: 'B', 'Variant Price': '2' });
    for (const text of [
      `\ufeff${one}`,
      one.replaceAll('\n', '\r\n'),
      one.replaceAll('\n', '\r'),
      Buffer.from(`\ufeff${one}`, 'utf16le'),
    ]) {
      expect(await world.importText(text)).toMatchObject({ rows: 2, rejects: [] });
    }
    expect(await world.database.query(`SELECT name FROM product WHERE slug = 'a'`)).toEqual([{ name: 'Täufling' }]);
  });

  it('loses one row, not the rest of the file, to a quote that is never closed', async () => {
    const world = await importWorld();
    const lines = csv(...['a', 'b', 'c'].map((each) => ({ Handle: each, Title: each, 'Variant Price': '1' }))).split('\n');
    lines[2] = lines[2]?.replace(',b,', ',"b,') ?? '';
    const summary = await world.importText(lines.join('\n'));
    expect(summary.rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'a quote is opened and never closed, or the record is longer than 1,000 lines'],
    ]);
    expect(summary.productsCreated).toBe(2);
  });

  it('refuses bytes that are no UTF-8 for their row alone', async () => {
    const world = await importWorld();
    const rows = csv({ Handle: 'a', Title: 'A', 'Variant Price': '1' }, { Handle: 'b', Title: 'B', 'Variant Price': '2' });
    const broken = Buffer.from(rows.replace(',A,', ',Caf\u00e9,'), 'latin1');
    const summary = await world.importText(broken);
    expect(summary.rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'Title is not valid UTF-8; save the file as UTF-8'],
    ]);
    expect(summary.productsCreated).toBe(1);
  });

  it.each([
    ['an empty file', '', /is empty/],
    ['another table', 'name;price\nx;1', /is no Shopify product export: its first line lacks Handle, Title, Variant Price/],
  ])('says in one line what is wrong with %s', async (_name, text, message) => {
    const world = await importWorld();
    await expect(world.importText(text)).rejects.toThrow(message);
  });

  it('rejects the 101st variant, and texts that are too long', async () => {
    const world = await importWorld();
    const variants = Array.from({ length: 101 }, (_, at) => ({
      Handle: 'many',
      Title: at === 0 ? 'Many' : '',
      'Option1 Name': at === 0 ? 'No' : '',
      'Option1 Value': `n${at}`,
      'Variant Price': '1',
    }));
    const long = { Handle: 'long', Title: 'x'.repeat(256), 'Variant Price': '1' };
    const summary = await world.importText(csv(...variants, long));
    expect(summary.rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [102, 'a product has 100 variants at most'],
      [103, 'Title has 256 characters, 255 at most'],
    ]);
    expect(summary.variantsAdded).toBe(100);
  });
});
