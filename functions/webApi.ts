import { app } from '@azure/functions';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { recordWrites } from '../shared/composition';
import { ServiceError } from '../shared/domain/errors';
import { writtenAnswer } from '../shared/odata/answers';
import { batchAnswer } from '../shared/odata/batch-answer';
import { answering } from '../shared/odata/error-answers';
import type { Message } from '../shared/odata/message';
import { multipleAnswer } from '../shared/odata/multiple-request';
import { answerQuestion } from '../shared/odata/question-answers';
import { readRequest } from '../shared/odata/request';
import { whoAmIAnswer } from '../shared/odata/who-am-i';
import { makeChange } from '../shared/workflows/change';
import { makeChanges } from '../shared/workflows/make-changes';
import type { WriteDeps } from '../shared/workflows/record-changes';

/**
 * The Web API over all tables of the model, below `/api/data/v9.2/`. Routes are tried in the order of the functions'
 * names, so this catch-all comes after every action (`ccs_…`, `msdyn_…`).
 */
app.http('webApi', {
  route: 'data/v9.2/{*path}',
  methods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
  authLevel: 'function',
  handler: webApi(recordWrites),
});

export function webApi(dependencies: () => WriteDeps) {
  return async (request: HttpRequest, context: Pick<InvocationContext, 'error'>): Promise<HttpResponseInit> => {
    const report = (error: unknown) => context.error(error);

    const serve = async (message: Message, inBatch: boolean): Promise<HttpResponseInit> =>
      answering(async () => {
        const request = await readRequest(message);
        const deps = dependencies();
        switch (request.kind) {
          case 'question':
            return answerQuestion(request.question, deps.records);
          case 'write':
            return writtenAnswer(request, await makeChange(request.change, deps));
          case 'multiple':
            return multipleAnswer(request, await makeChanges(request.steps, deps));
          case 'who-am-i':
            return whoAmIAnswer(request.asker);
          case 'batch':
            if (inBatch) throw new ServiceError('unsupported', 'A batch cannot stand inside of a batch.');
            return batchAnswer(request.items, request.asker, {
              serve: async (part) => serve(part, true),
              read: readRequest,
              change: async (steps) => makeChanges(steps, deps),
              unique: deps.unique,
              report,
            });
        }
      }, report);

    return serve(request, false);
  };
}
