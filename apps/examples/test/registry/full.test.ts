/** The packages from a registry, by every package manager, in every environment. */
import { type EnvironmentName, environments } from './environments.ts';
import { installers } from './installs.ts';
import { suite } from './suite.ts';

suite(Object.keys(installers) as (keyof typeof installers)[], Object.keys(environments) as EnvironmentName[], {
  '5.7': 'typescript57',
  '7.0': 'typescript',
});
