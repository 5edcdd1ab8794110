/** The API reference: TypeDoc reads the sources of the packages, checks that all is documented, and writes Markdown. */
import { join } from 'node:path';
import { Application, type DeclarationReflection, Logger, LogLevel, ReflectionKind } from 'typedoc';
import { blob, entries } from './entries.ts';

/** A code block of an `@example`. */
export interface Example {
  /** The entry that exports the function or constant. */
  specifier: string;
  /** Name of the function or constant. */
  name: string;
  code: string;
}

/** What TypeDoc understood of the sources. */
export interface Reference {
  /** What is not documented or not exported, and links that lead nowhere: one line each. */
  problems: string[];
  examples: Example[];
  /** Writes a page of Markdown for each entry into this folder. */
  write(folder: string): Promise<void>;
}

/**
 * Reads the sources of the packages.
 *
 * @param root - absolute path of the repository
 * @param tsconfig - absolute path of the configuration that has these sources in `files`
 */
export async function readReference(
  root: string,
  described = entries,
  tsconfig = join(import.meta.dirname, '../tsconfig.reference.json'),
): Promise<Reference> {
  const logger = new Problems();
  const application = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: described.map(({ source }) => join(root, source)),
    tsconfig,
    basePath: root,
    logLevel: 'Warn',
    name: 'Reference',
    readme: 'none',
    disableGit: true,
    sourceLinkTemplate: `${blob}packages/{path}#L{line}`,
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    excludeInternal: true,
    excludeExternals: true,
    sort: ['source-order'],
    groupOrder: ['Functions', 'Variables', 'Interfaces', 'Type Aliases', 'Classes', '*'],
    ...markdown,
  });
  application.logger = logger;
  const project = await application.convert();
  if (project === undefined) return { problems: logger.problems, examples: [], write: async () => undefined };
  const modules = project.children ?? [];
  for (const module of modules) {
    const entry = described.find(({ source }) => source === module.sources?.[0]?.fileName);
    if (entry) module.name = entry.specifier;
  }
  // TypeDoc asks only of the project's own package whether all that it refers to is exported and documented.
  for (const name of new Set(described.map(({ specifier }) => specifier.split('/', 2).join('/')))) {
    project.packageName = name;
    application.validate(project);
  }
  const exported = modules.flatMap((module) => (module.children ?? []).map((each) => ({ module, each })));
  const examples = exported.flatMap(({ module, each }) => examplesOf(module.name, each));
  const without = exported.filter(
    ({ module, each }) =>
      each.kindOf(ReflectionKind.Function) &&
      !examples.some(({ specifier, name }) => specifier === module.name && name === each.name),
  );
  const lacks = without.map(({ module, each }) => `${module.name}: ${each.name} has no @example`);
  return {
    problems: [...new Set([...logger.problems, ...lacks])],
    examples,
    async write(folder) {
      application.options.setValue('outputs', [{ name: 'markdown', path: folder }]);
      await application.generateOutputs(project);
    },
  };
}

/** A page for each entry, without what a site has itself. */
const markdown: object = {
  outputFileStrategy: 'modules',
  flattenOutputFiles: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  enumMembersFormat: 'table',
  tableColumnSettings: {
    hideDefaults: true,
    hideInherited: true,
    hideModifiers: true,
    hideOverrides: true,
    hideSources: true,
  },
};

/** A field of an unnamed object type may go without a comment: the type has one where it stands. */
function isUnnamed(message: string): boolean {
  const [name = '', rest] = message.split(' (Property)');
  return name.includes('.__type.') && rest?.includes('does not have any documentation') === true;
}

/** Collects what TypeDoc warns of. */
class Problems extends Logger {
  readonly problems: string[] = [];
  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn && !isUnnamed(message)) this.problems.push(message);
  }
}

function examplesOf(specifier: string, exported: DeclarationReflection): Example[] {
  const comments = [exported.comment, ...(exported.signatures ?? []).map(({ comment }) => comment)];
  const tags = comments.flatMap((comment) => comment?.getTags('@example') ?? []);
  return tags.flatMap(({ content }) => {
    const text = content.map((part) => part.text).join('');
    return Array.from(text.matchAll(/```ts\n(.*?)```/gs), ([, code = '']) => ({
      specifier,
      name: exported.name,
      code,
    }));
  });
}
