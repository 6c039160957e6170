// Completes package-lock.json, or with --check says what it lacks.
//
// npm writes into the lock file only those packages of other platforms that the registry in use offers. Through a mirror
// that offers some of them, the file lacks the others, and `npm ci` then refuses it everywhere ("Missing: ... from lock
// file"). What a platform's package is called and which version it has stands in the package that wants it, so the
// entries can be added here. Run it after every `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = join(dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
const SYSTEMS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const PROCESSORS = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];
const isCheck = process.argv.includes('--check');

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
/** @type {Map<string, { version: string }>} */
const added = new Map();
const strangers = [];
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, wanted] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isPresent(path, name)) continue;
    const platform = platformOf(name);
    if (platform && /^\d+\.\d+\.\d+/.test(wanted)) {
      added.set(`node_modules/${name}`, {
        version: wanted,
        ...platform,
        ...(parent.dev ? { dev: true } : {}),
        license: 'MIT',
        optional: true,
      });
    } else strangers.push(`${name}@${wanted}`);
  }
}
const hosts = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
for (const [path] of hosts) process.stderr.write(`${path} names a registry\n`);
for (const name of strangers)
  process.stderr.write(`${name} is not in the lock file, and its platform cannot be told from its name\n`);
if (isCheck) for (const [path, { version }] of added) process.stderr.write(`${path} ${version} is not in the lock file\n`);
if (isCheck && added.size > 0) process.stderr.write('run: node cli/lock.mjs\n');
if (!isCheck && added.size > 0) {
  const packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...Object.fromEntries(added) }).toSorted(([a], [b]) => a.localeCompare(b, 'en')),
  );
  writeFileSync(FILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  process.stdout.write(`added ${added.size} packages of other platforms\n`);
}
process.exit(hosts.length > 0 || strangers.length > 0 || (isCheck && added.size > 0) ? 1 : 0);

/** Whether Node would find the package from there, as npm lays it out. */
function isPresent(path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    if (lock.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/** What npm's own entry would say of where the package runs, read from a name such as `@swc/core-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  if (os.length !== 1 || cpu.length !== 1) return null;
  const libc =
    os[0] !== 'linux'
      ? []
      : words.some((word) => word.startsWith('musl'))
        ? ['musl']
        : words.some((word) => word.startsWith('gnu'))
          ? ['glibc']
          : [];
  return { cpu, ...(libc.length > 0 ? { libc } : {}), os };
}
