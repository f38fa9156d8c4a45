import { readMigrationEnvironment } from '../processes/environment.ts';
import { databaseProblemOf } from './database-problem.ts';
import { migrate } from './migrate.ts';

try {
  const { databaseUrl, embeddings } = readMigrationEnvironment(process.env);
  await migrate(databaseUrl, { vectors: embeddings !== undefined }).catch((error: unknown) => {
    throw new Error(databaseProblemOf(error));
  });
  console.error('The database is up to date.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
