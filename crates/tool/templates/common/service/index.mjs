// What answers: AWS Lambda calls `handler` for every request.
export const handler = async (event) => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ path: event.rawPath ?? "/" }),
});
