import { type Command, InvalidArgumentError, Option } from 'commander'
import { run } from '../output.ts'
import { whole } from '../whole.ts'

const CARD = 'card file; or --reader for the card in a reader'
const FEN_MAX = 100_000
const DATA = '.unifare/card'
const KINDS = ['ordinary', 'student', 'senior', 'test', 'military']
const MODES = ['bus', 'metro', 'ferry', 'taxi', 'bicycle']

/** Adds the commands of `unifare card`: a T-Union card in a file or in a reader. */
export function addCardCommands(card: Command): void {
  card.description('make, read, load, tap, block, prove and serve a card')

  asked(card.command('new'))
    .description('make a card file, personalised by an issuer of the demonstration')
    .argument('<file>', 'where to write the card')
    .option('--city <city>', 'city of the issuer: name in Chinese or English, or code', "Xi'an")
    .addOption(new Option('--kind <kind>', 'kind of card').choices(KINDS).default('ordinary'))
    .addOption(fen('--balance <fen>', 'money on the card').default(5_000))
    .addOption(
      new Option('--algorithm <name>', 'cipher of its keys')
        .choices(['3des', 'sm4'])
        .default('3des'),
    )
    .option('--dual', 'a city-union purse (住建部) beside the T-Union one')
    .option('--no-interop', 'valid at home only')
    .addOption(day('--from <YYYYMMDD>', 'first day').default('20260101'))
    .addOption(day('--to <YYYYMMDD>', 'last day').default('20361231'))
    .option('--force', 'replace the file')
    .addOption(keys())
    .addOption(data())
    .action((file, options) =>
      go(async () => (await import('./card/new-card.ts')).newCard(file, options)),
    )

  onCard(card.command('inspect'))
    .description('show a card: a file, a reader, a dump file, or bytes in hexadecimal')
    .action((file, options) =>
      go(async () => (await import('./card/inspect-card.ts')).showCard(file, options)),
    )

  onCard(card.command('load'))
    .description('load money; the keys stand for the issuer')
    .addOption(fen('--amount <fen>', 'how much').makeOptionMandatory())
    .addOption(keys())
    .action((file, options) =>
      go(async () => (await import('./card/load-card.ts')).loadPurse(file, options)),
    )

  onCard(card.command('tap'))
    .description('pay at a demonstration terminal')
    .addOption(fen('--amount <fen>', 'fare; 0 for an entry, 200 otherwise'))
    .addOption(new Option('--mode <mode>', 'what is ridden').choices(MODES).default('bus'))
    .option('--entry', 'the ride begins here')
    .option('--exit', 'the ride ends here')
    .option('--repair', 'written by the counter, as a correction (补票)')
    .addOption(
      fen('--marked <fen>', 'what the ride costs when it is never ended; 1500 when not given'),
    )
    .addOption(number('--line <n>', 'line of the terminal').default(1))
    .addOption(number('--station <n>', 'station of the terminal').default(1))
    .addOption(keys())
    .addOption(data())
    .action((file, options) =>
      go(async () => (await import('./card/tap-card.ts')).tapCard(file, options)),
    )

  onCard(card.command('block'))
    .description('block the purse, as a terminal does that finds it on the deny list')
    .option('--permanent', 'for ever')
    .addOption(keys())
    .addOption(data())
    .action((file, options) =>
      go(async () => (await import('./card/block-card.ts')).blockCard(file, options)),
    )

  onCard(card.command('prove'))
    .description('ask the card for the proof of its last purchase')
    .addOption(
      number('--counter <n>', 'purchase counter as the log shows it; the newest when not given'),
    )
    .addOption(keys())
    .addOption(data())
    .action((file, options) =>
      go(async () => (await import('./card/prove-card.ts')).proveCard(file, options)),
    )

  asked(card.command('serve'))
    .description('put a card file into a virtual reader of the PC/SC service')
    .argument('<file>', 'card file')
    .option('--vpcd <host:port>', 'virtual reader that listens there')
    .option('--private', 'a PC/SC service of its own, away from the system')
    .option('--trace', 'every command and answer in bytes and words, on standard error')
    .addOption(keys())
    .action((file, options) =>
      go(async () => (await import('./card/serve-card.ts')).serveCard(file, options)),
    )
}

function go(command: () => Promise<number>): Promise<void> {
  return run(command)
}

/** Options of every command. */
function asked(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print one JSON document on standard output'))
    .addOption(new Option('--lang <language>', 'one language only').choices(['en', 'zh']))
}

/** Options of every command on a card that is there. */
function onCard(command: Command): Command {
  return asked(command)
    .argument('[card]', CARD)
    .option('--reader [name]', 'the card in this PC/SC reader, or in any')
    .option('--trace', 'every command and answer in bytes and words, on standard error')
}

function keys(): Option {
  return new Option(
    '--keys <file>',
    'encrypted key file (passphrase in UNIFARE_PASSPHRASE); public DEMO keys when not given',
  )
}

function data(): Option {
  return new Option('--data <folder>', "the demonstration terminal's memory").default(DATA)
}

function fen(flags: string, text: string): Option {
  return new Option(flags, `${text}, in fen`).argParser(whole(0, FEN_MAX))
}

function number(flags: string, text: string): Option {
  return new Option(flags, text).argParser(whole(0, 0xffff))
}

function day(flags: string, text: string): Option {
  return new Option(flags, text).argParser((value) => {
    if (/^20\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(value)) return value
    throw new InvalidArgumentError('a day is eight digits, for example 20261231')
  })
}
