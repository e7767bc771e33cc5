// SPDX-License-Identifier: Apache-2.0
#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// Parlour for C# applications: one file to copy, nothing to install. .NET 8 or newer. One object serves all threads.
/// <code>
/// var parlour = new Parlour("https://im.example", "oa", key: "pk_…", callbackSecret: "whsec_…", tokenSecret: "…");
///
/// await parlour.Ticket("anna", new() { ["name"] = "Anna Liu" });   // lets her in once, within 60 seconds: put it into her page
/// parlour.Token("anna", new() { ["name"] = "Anna Liu" });          // the same without a call, for an hour
/// await parlour.Send("user:anna", "Request 118 is approved", idempotencyKey: "118-approved");
/// var reply = await parlour.Answer(name => request.Headers[name], body, answers);   // at the callback address
/// </code>
/// </summary>
public sealed class Parlour
{
    private const long Tolerance = 300; // seconds that a callback may be old, or ahead of this clock
    private static readonly TimeSpan Page = TimeSpan.FromSeconds(3); // that a request may take where somebody waits for a page
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _client;
    private readonly string _callbackSecret;
    private readonly string _tokenSecret;

    public string Url { get; }
    public string App { get; }

    public Parlour(string url, string app, string key, string callbackSecret = "", string tokenSecret = "")
    {
        (Url, App, _callbackSecret, _tokenSecret) = (url.TrimEnd('/'), app, callbackSecret, tokenSecret);
        // The key goes nowhere else: no redirects. Connections are renewed, so that a change of a name is seen.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>A callback whose signature was right. Id is the same when it is repeated; Question: it is answered, else it is a fact that you are told; Test: somebody tries the interface, change nothing.</summary>
    public sealed record Call(string Id, string Type, JsonObject Data, bool Question, bool Test);

    /// <summary>What to respond with: a status and JSON.</summary>
    public sealed record Reply(int Status, string Body);

    /// <summary>A ticket for one of your users, who is created or brought up to date: name, email, title, avatar.</summary>
    public async Task<string> Ticket(string user, JsonObject? profile = null, CancellationToken stop = default)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
        soon.CancelAfter(Page);
        try
        {
            var answer = await Request(HttpMethod.Post, $"/users/{Uri.EscapeDataString(user)}/tickets", profile ?? new JsonObject(), null, soon.Token);
            return (string)answer!["ticket"]!;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ParlourException("unreachable", "Parlour does not answer in time.", temporary: true);
        }
    }

    /// <summary>A signed token (JWT, HS256) for one of your users, good for at most a day: name, email.</summary>
    public string Token(string user, JsonObject? profile = null, int seconds = 3600)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = profile?.DeepClone().AsObject() ?? new JsonObject();
        (claims["sub"], claims["aud"], claims["iat"], claims["exp"]) = (user, App, now, now + seconds);
        var signed = $"{Base64Url(Encoding.UTF8.GetBytes("""{"alg":"HS256","typ":"JWT"}"""))}.{Base64Url(Encoding.UTF8.GetBytes(claims.ToJsonString(Relaxed)))}";
        return $"{signed}.{Base64Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_tokenSecret), Encoding.UTF8.GetBytes(signed)))}";
    }

    /// <summary>Sends to "user:anna", "group:sales", "everyone" or "conversation:7". What returns is kept.</summary>
    public Task<JsonObject> Send(string to, string text, JsonObject? more = null, string? idempotencyKey = null, CancellationToken stop = default) =>
        Send([to], text, more, idempotencyKey, stop);

    /// <summary>
    /// Sends to several. The same idempotency key again, within 24 hours, sends nothing new.
    /// <paramref name="more"/>: topic, card and what else a message has. Of several, who could not get it has an error in messages;
    /// one party that could not is a ParlourException.
    /// </summary>
    public async Task<JsonObject> Send(IReadOnlyList<string> to, string text, JsonObject? more = null, string? idempotencyKey = null, CancellationToken stop = default)
    {
        var body = more?.DeepClone().AsObject() ?? new JsonObject();
        body["to"] = to.Count == 1 ? (JsonNode?)to[0] : new JsonArray(to.Select(party => (JsonNode?)party).ToArray());
        body["text"] = text;
        var sent = (await Request(HttpMethod.Post, "/messages", body, idempotencyKey, stop))!;
        if (to.Count == 1 && sent["messages"] is JsonArray { Count: 1 } copies && copies[0]?["error"] is JsonObject error)
        {
            throw new ParlourException((string?)error["code"] ?? "", (string?)error["message"] ?? "", field: "to");
        }
        return sent;
    }

    /// <summary>Any other call of the interface, below /api/v1. Null where the answer is empty.</summary>
    public async Task<JsonObject?> Request(HttpMethod method, string path, JsonObject? body = null, string? idempotencyKey = null, CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(method, $"{Url}/api/v1{path}");
        if (body is not null) request.Content = new StringContent(body.ToJsonString(Relaxed), Encoding.UTF8, "application/json");
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        int status;
        string answer;
        try
        {
            using var response = await _client.SendAsync(request, stop);
            (status, answer) = ((int)response.StatusCode, await response.Content.ReadAsStringAsync(stop));
        }
        catch (Exception error) when (error is HttpRequestException or IOException || error is OperationCanceledException && !stop.IsCancellationRequested)
        {
            throw new ParlourException("unreachable", $"Parlour does not answer: {error.Message}", temporary: true);
        }
        var value = Read(answer);
        if (status is >= 200 and < 300 && (value is not null || answer == "")) return value;
        if (value?["code"] is not JsonValue code || !code.TryGetValue(out string? word))
        {
            throw new ParlourException("unreachable", $"Something that is not Parlour answered {status}.", status, temporary: status >= 500);
        }
        throw new ParlourException(word, (string?)value["detail"] ?? "", status, (string?)value["field"], (bool?)value["temporary"] ?? false, (int?)value["retry_after"]);
    }

    /// <summary>What people typed, as it is, for a message: Markdown in it stays text, and it stays on its line.</summary>
    public static string Plain(string text) => Regex.Replace(Regex.Replace(text, @"\s+", " "), @"[!-/:-@\[-`{-~]", @"\$0");

    /// <summary>Checks a callback as Standard Webhooks says. The body is what came, byte by byte; now is for tests.</summary>
    public Call Verify(Func<string, string?> header, byte[] body, DateTimeOffset? now = null)
    {
        var (id, timestamp) = (header("webhook-id") ?? "", header("webhook-timestamp") ?? "");
        var isTime = timestamp.Length is > 0 and <= 12 && timestamp.All(char.IsAsciiDigit);
        if (id == "" || !isTime || Math.Abs((now ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds() - long.Parse(timestamp)) > Tolerance)
        {
            throw new ParlourException("forged", "This callback is not signed, or its time is not now.", 401);
        }
        var secret = Convert.FromBase64String(_callbackSecret.StartsWith("whsec_", StringComparison.Ordinal) ? _callbackSecret[6..] : _callbackSecret);
        if (secret.Length == 0) throw new InvalidOperationException("there is no callback secret");
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var proof = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}");
        var good = false;
        foreach (var signature in (header("webhook-signature") ?? "").Split(' ')) // several while a secret is rotated
        {
            good |= CryptographicOperations.FixedTimeEquals(proof, Encoding.UTF8.GetBytes(signature));
        }
        if (!good) throw new ParlourException("forged", "The signature of this callback is not right.", 401);
        var call = JsonNode.Parse(body)!.AsObject();
        return new Call(id, (string)call["type"]!, call["data"] as JsonObject ?? new JsonObject(), (bool?)call["question"] ?? false, (bool?)call["test"] ?? false);
    }

    /// <summary>
    /// Verifies a callback and answers it by its type: "user.verify", "contacts.list", "message.created", "action.invoked" and
    /// the facts. What nothing stands for is accepted and forgotten.
    /// </summary>
    public async Task<Reply> Answer(Func<string, string?> header, byte[] body, IReadOnlyDictionary<string, Func<Call, Task<JsonObject?>>> answers)
    {
        Call call;
        try
        {
            call = Verify(header, body);
        }
        catch (ParlourException error)
        {
            return new Reply(error.Status, new JsonObject { ["error"] = error.Message }.ToJsonString());
        }
        var answer = answers.TryGetValue(call.Type, out var work) ? await work(call) : null;
        return new Reply(200, (answer ?? new JsonObject()).ToJsonString(Relaxed));
    }

    private static JsonObject? Read(string text)
    {
        try
        {
            return text == "" ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Base64Url(byte[] value) => Convert.ToBase64String(value).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

/// <summary>What was refused, or did not work. The message is one plain sentence.</summary>
public sealed class ParlourException(string code, string sentence, int status = 0, string? field = null, bool temporary = false, int? retryAfter = null) : Exception(sentence)
{
    /// <summary>As the interface names it; "unreachable" and "forged" are this file's own.</summary>
    public string Code { get; } = code;

    /// <summary>Of HTTP; 0 where there was no answer.</summary>
    public int Status { get; } = status;

    /// <summary>Which part of what was sent is meant.</summary>
    public string? Field { get; } = field;

    /// <summary>The same may work later.</summary>
    public bool Temporary { get; } = temporary;

    /// <summary>Seconds.</summary>
    public int? RetryAfter { get; } = retryAfter;
}
