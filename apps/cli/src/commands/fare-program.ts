import { type Command, Option } from 'commander'
import { run } from '../output.ts'

const TARIFF =
  'city of the catalogue (beijing), tariff file (YAML or JSON), signed list, or GTFS folder'

/** `unifare fare`: prices with their reasons, and what is wrong with a tariff. */
export function addFareProgram(program: Command, port: () => Option): void {
  const fare = program.command('fare').description('prices with their reasons, tariffs, feeds')

  fare
    .command('quote')
    .description('price a list of journeys; `-` reads it from standard input')
    .argument(
      '<journeys>',
      'JSON: [{rider, class, medium, issuer, legs: [{route, from, to, enter, exit, distanceM}]}]',
    )
    .requiredOption('--tariff <what>', TARIFF)
    .option('--network <file>', 'station network (JSON) of a tariff by shortest path')
    .addOption(publisherKey())
    .addOption(lang())
    .addOption(json())
    .action((journeys, options) =>
      run(async () => (await import('./fare/quote.ts')).quote(journeys, options)),
    )

  fare
    .command('explain')
    .description('why a journey or a charge costs what it costs, in both languages')
    .argument('<what>', 'file of journeys as for quote, or a tap of the running network')
    .option('--tariff <what>', `${TARIFF}; the catalogue for a tap`)
    .option('--network <file>', 'station network (JSON) of a tariff by shortest path')
    .addOption(publisherKey())
    .addOption(port())
    .addOption(lang())
    .addOption(json())
    .action((what, options) =>
      run(async () => (await import('./fare/explain.ts')).explain(what, options)),
    )

  fare
    .command('passes')
    .description('the cheapest passes for the rides of each rider, and the runner-up')
    .argument('<journeys>', 'JSON as for quote; the rides of a rider in any order')
    .requiredOption('--tariff <what>', 'id of one tariff (beijing-metro), or a tariff file')
    .option('--network <file>', 'station network (JSON) of a tariff by shortest path')
    .addOption(publisherKey())
    .addOption(lang())
    .addOption(json())
    .action((journeys, options) =>
      run(async () => (await import('./fare/passes.ts')).passes(journeys, options)),
    )

  fare
    .command('check')
    .description('faults of a tariff or feed, each with its place')
    .argument('<tariff>', TARIFF)
    .addOption(publisherKey())
    .addOption(json())
    .action((tariff, options) =>
      run(async () => (await import('./fare/check.ts')).check(tariff, options)),
    )

  fare
    .command('lint')
    .description('gaps, dead rules, slips of units and other doubts about a tariff or a matrix')
    .argument('<tariff>', `${TARIFF}; or a CSV of fares between stations`)
    .option('--from <column>', 'of a CSV: column with the number of the station of entry')
    .option('--to <column>', 'of a CSV: column with the number of the station of exit')
    .option('--network <file>', 'station network (JSON) of a tariff by shortest path')
    .addOption(publisherKey())
    .addOption(lang())
    .addOption(json())
    .action((tariff, options) =>
      run(async () => (await import('./fare/lint.ts')).lint(tariff, options)),
    )

  fare
    .command('export')
    .description('write what of a tariff fits GTFS-Fares v2 into a folder, and list the rest')
    .argument('<tariff>', 'id of one tariff (wuhan-bus), or a tariff file')
    .argument('<folder>', 'a new folder')
    .option('--network <file>', 'station network (JSON) of a tariff by shortest path')
    .addOption(publisherKey())
    .addOption(lang())
    .addOption(json())
    .action((tariff, folder, options) =>
      run(async () => (await import('./fare/export.ts')).exportFares(tariff, folder, options)),
    )

  fare
    .command('sign')
    .description('sign tariffs as the list that their operator publishes')
    .argument('<tariff>', 'tariff file (YAML or JSON)')
    .argument('<out>', 'a new file')
    .requiredOption('--key <file>', 'private key (Ed25519, PEM)')
    .requiredOption('--publisher <id>', 'operator who publishes them, 8 digits')
    .option('--network <file>', 'station network (JSON) that goes with them')
    .option('--list-version <number>', 'version of the list; the highest of its tariffs', Number)
    .action((tariff, out, options) =>
      run(async () => (await import('./fare/sign.ts')).signTariffs({ tariff, out }, options)),
    )

  fare
    .command('schema')
    .description('print the format of a tariff as JSON Schema')
    .action(() => run(async () => (await import('./fare/schema.ts')).schema()))

  fare
    .command('diff')
    .description('two tariffs over the same rides: who pays more, who less, what comes in')
    .argument('<old>', TARIFF)
    .argument('<new>', TARIFF)
    .argument('[journeys]', 'JSON as for quote; without it a month of made-up riders')
    .option('--network <file>', 'station network (JSON) of a tariff by shortest path')
    .addOption(publisherKey())
    .option('--riders <count>', 'made-up riders', Number, 400)
    .option('--seed <text>', 'seed of the made-up riders', 'unifare')
    .addOption(lang())
    .addOption(json())
    .action((before, after, journeys, options) =>
      run(async () =>
        (await import('./fare/diff.ts')).diff(
          { before, after, ...(journeys === undefined ? {} : { journeys }) },
          options,
        ),
      ),
    )
}

function json(): Option {
  return new Option('--json', 'print one JSON document on standard output')
}

function publisherKey(): Option {
  return new Option('--key <file>', 'public key (Ed25519, PEM) of who signed the list of tariffs')
}

function lang(): Option {
  return new Option('--lang <language>', 'language of reasons and findings')
    .choices(['en', 'zh'])
    .default('en')
}
