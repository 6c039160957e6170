import type { MailBlock, MailContent } from './mail-content';

/** The plain part of a mail, for those who read no HTML. */
export function textOf(content: MailContent): string {
  return `${content.blocks.map(blockText).join('\n\n')}\n`;
}

function blockText(block: MailBlock): string {
  switch (block.kind) {
    case 'text':
      return block.text;
    case 'heading':
      return block.text.toUpperCase();
    case 'button':
      return `${block.label}: ${block.url}`;
    case 'goods':
      return block.goods
        .map(({ name, detail, quantity, amount }) =>
          [`${quantity} x ${name}`, ...(detail ? [detail] : []), ...(amount === null ? [] : [amount])].join(', '),
        )
        .join('\n');
    case 'sums':
      return block.sums.map(({ label, amount }) => `${label}: ${amount}`).join('\n');
    case 'facts':
      return block.facts.map(({ label, lines, url }) => [`${label}:`, ...lines, ...(url ? [url] : [])].join('\n')).join('\n\n');
    case 'note':
      return block.link ? `${block.text} ${block.link.label}: ${block.link.url}` : block.text;
  }
}
