/** How a PEM arrives from where people keep their keys: each form by the place that makes it, and the key is in it whole. */

const bare = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');
const escaped = (pem: string): string => pem.trimEnd().replaceAll('\n', '\\n');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const indented = (pem: string): string => pem.replace(/^/gm, '    ');

/** Every form of a PEM of one block. */
export const forms = (pem: string): [place: string, text: string][] => [
  ['a file', pem],
  ['a file of Windows', pem.replaceAll('\n', '\r\n')],
  ['a file with a byte-order mark', `\ufeff${pem}`],
  ['a UTF-16 file read as UTF-8', new TextDecoder().decode(Buffer.from(`\ufeff${pem}`, 'utf16le'))],
  ["AlipayHK's console, without the PEM lines", bare(pem)],
  ["AlipayHK's console, without the padding either", bare(pem).replaceAll('=', '')],
  ['a console that wraps at 76', bare(pem).replace(/.{76}/g, '$&\n')],
  ['base64url', bare(pem).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')],

  // Environments
  ['an environment value with \\n', escaped(pem)],
  ['an environment value with \\\\n', pem.replaceAll('\n', '\\\\n')],
  ['an environment value with \\r\\n', pem.replaceAll('\n', '\\r\\n')],
  ['an environment value with \\n and line ends', pem.replaceAll('\n', '\\n\n')],
  ['docker --env-file, quotes kept', `"${escaped(pem)}"`],
  ['docker --env-file, single quotes kept', `'${escaped(pem)}'`],
  ['docker --env-file, quotes kept around bare base64', `"${bare(pem)}"`],
  ['a whole line of a .env file', `export MERCHANT_KEY="${escaped(pem)}"`],
  ['a whole line of a .env file with bare base64', `MERCHANT_KEY=${bare(pem)}`],
  ['a variable of Azure DevOps, line ends as blanks', pem.trimEnd().replaceAll('\n', ' ')],
  ['a script that drops blanks', pem.replace(/\s/g, '')],
  ['a .properties file, lines continued', pem.replaceAll('\n', '\\\n  ').replaceAll('=', '\\=')],
  ['Python, as bytes', `b'${escaped(pem)}'`],
  ['Python, as bytes of bare base64', `b'${bare(pem)}'`],

  // Secret stores
  ['a Kubernetes secret', base64(pem)],
  ['a Kubernetes secret, with a line end', `${base64(pem)}\n`],
  ['a Kubernetes secret, encoded twice', base64(base64(pem))],
  ['base64 -w 76', base64(pem).replace(/.{76}/g, '$&\n')],
  ['base64 of an environment value', base64(`"${escaped(pem)}"`)],
  ['base64 of bare base64', base64(bare(pem))],
  ['base64 by PowerShell, of UTF-16', Buffer.from(pem, 'utf16le').toString('base64')],
  ['a data URL', `data:application/x-pem-file;base64,${base64(pem)}`],
  ['a JSON string', JSON.stringify(pem)],
  ['a JSON string by PHP, slashes escaped', JSON.stringify(pem).replaceAll('/', '\\/')],
  ['a JSON string by .NET, plus escaped', JSON.stringify(pem).replaceAll('+', '\\u002B')],
  ['a JSON string of bare base64 by PHP', JSON.stringify(bare(pem)).replaceAll('/', '\\/')],
  ['a JSON object', JSON.stringify({ client_id: '4Q5Y8W0WSG45P907917', private_key_id: 'a1b2', private_key: pem })],
  ['a JSON object of bare base64', JSON.stringify({ clientId: '4Q5Y8W0WSG45P907917', key: bare(pem), version: 1 })],
  ['JSON inside JSON, as Vault nests it', JSON.stringify({ data: { data: { key: JSON.stringify({ key: pem }) } } })],
  ['YAML, a block', `kind: Secret\nstringData:\n  key: |\n${indented(pem)}`],
  ['YAML, folded', `key: >-\n${indented(pem)}`],

  // Consoles, browsers, editors
  ['a URL, percent-encoded', encodeURIComponent(pem)],
  ['a URL, bare base64 percent-encoded', encodeURIComponent(bare(pem))],
  ['a word processor, an en dash for two hyphens', pem.replaceAll('--', '\u2013')],
  ['a word processor, an em dash for two hyphens', pem.replaceAll('--', '\u2014')],
  ['a word processor, minus signs', pem.replaceAll('-', '\u2212')],
  ['a web page, no-break spaces', pem.replaceAll(' ', '\u00a0').replaceAll('\n', '\u00a0\n')],
  ['a web page, zero-width spaces', pem.replaceAll('\n', '\u200b\n')],
  ['a chat, typographic quotes', `\u201c${pem}\u201d`],
  ['a chat, bare base64 in typographic quotes', `\u201c${bare(pem)}\u201d`],
  ['Markdown', `\`\`\`\n${pem}\`\`\``],
  ['Markdown, bare base64', `\`${bare(pem)}\``],
  ['zsh, which marks a missing line end', `${pem.trimEnd()}%`],
  ['zsh, after bare base64', `${bare(pem)}%`],
  ['a terminal, the prompt behind', `${pem}$ `],
  ['a terminal, the prompt behind bare base64', `${bare(pem)}\n# `],
  ['a terminal, the command before', `$ cat key.pem\n${pem}`],
  ['a mail, with words around', `Here is the key:\n\n${pem}\nRegards`],
  ['a label in Chinese before bare base64', `应用密钥：${bare(pem)}`],
  ['copied with a hyphen too few', pem.trim().slice(1, -1)],
];

/** What holds more than one key, or words that look like one. */
export const bagged = (privateKey: string, certificate: string): string =>
  // As of `openssl pkcs12 -in FILE -nodes`.
  `Bag Attributes
    friendlyName: merchant
    localKeyID: 79 08 9A 3C 2D 83 D5 A1 C1 F1 AC 72 DB 77 DD 96 23 09 8D 99
subject=CN = TEST KEY
issuer=CN = TEST KEY
${certificate}Bag Attributes
    friendlyName: merchant
    localKeyID: 79 08 9A 3C 2D 83 D5 A1 C1 F1 AC 72 DB 77 DD 96 23 09 8D 99
Key Attributes: <No Attributes>
${privateKey}`;
