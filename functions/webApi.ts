import { app } from '@azure/functions';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { recordWrites } from '../shared/composition';
import { writtenAnswer } from '../shared/odata/answers';
import { answering } from '../shared/odata/error-answers';
import { answerQuestion } from '../shared/odata/question-answers';
import { readRequest } from '../shared/odata/request';
import { makeChange } from '../shared/workflows/change';
import type { WriteDeps } from '../shared/workflows/record-changes';

/**
 * The Web API over all tables of the model: `GET`, `POST`, `PATCH`, `PUT` and `DELETE` below `/api/data/v9.2/`. Routes are tried in the
 * order of the functions' names, so this catch-all comes after every action (`ccs_…`, `msdyn_…`).
 */
app.http('webApi', {
  route: 'data/v9.2/{*path}',
  methods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
  authLevel: 'function',
  handler: webApi(recordWrites),
});

export function webApi(dependencies: () => WriteDeps) {
  return async (message: HttpRequest, context: Pick<InvocationContext, 'error'>): Promise<HttpResponseInit> =>
    answering(
      async () => {
        const request = await readRequest(message);
        const deps = dependencies();
        switch (request.kind) {
          case 'question':
            return answerQuestion(request.question, deps.records);
          case 'write':
            return writtenAnswer(request, await makeChange(request.change, deps));
        }
      },
      (error) => context.error(error),
    );
}
