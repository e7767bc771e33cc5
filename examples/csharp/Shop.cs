// A shop with two people, who find each other and the shop in the messenger on its page. Start: dotnet run
using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;

// --- What any application has: people with passwords, and who is signed in -------------------------------------------

var people = new Dictionary<string, Person> { ["mia"] = new("mia", "Mia Park", "tea"), ["tom"] = new("tom", "Tom Weber", "coffee") };
var signedIn = new ConcurrentDictionary<string, Person>();
Person? WithPassword(string? who, string? password) => who is not null && people.TryGetValue(who, out var person) && person.Password == password ? person : null;

// --- What Parlour needs of it ----------------------------------------------------------------------------------------

var shown = JsonNode.Parse(File.ReadAllText(Setting("SECRETS", "shop.json")))!; // as `parlour app register … --json` printed it
var parlour = new Parlour(Setting("PARLOUR", "http://127.0.0.1:8080"), (string)shown["id"]!, (string)shown["key"]!,
    (string)shown["callback_secret"]!, (string)shown["token_secret"]!);

var answers = new Dictionary<string, Func<Parlour.Call, Task<JsonObject?>>>
{
    // somebody signs in at Parlour's own page, with the shop's password
    ["user.verify"] = call =>
    {
        var person = WithPassword((string?)call.Data["username"], (string?)call.Data["password"]);
        return Task.FromResult<JsonObject?>(new JsonObject { ["user"] = person is null ? null : User(person) });
    },
    // whom does call.Data["user"] know? Here: everybody
    ["contacts.list"] = call =>
    {
        var users = new JsonArray(people.Values.Select(person => (JsonNode?)User(person)).ToArray());
        var staff = new JsonObject { ["id"] = "staff", ["name"] = "Staff", ["users"] = users };
        return Task.FromResult<JsonObject?>(new JsonObject { ["groups"] = new JsonArray(staff) });
    },
    // somebody wrote to the shop itself
    ["message.created"] = call => Task.FromResult(!call.Question ? null : new JsonObject { ["text"] = $"The shop has read: {call.Data["message"]!["text"]}" }),
};

static JsonObject User(Person person) => new() { ["id"] = person.Id, ["name"] = person.Name };

// --- Its pages -------------------------------------------------------------------------------------------------------

const string Door = """
    <!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>
    <form method="post" action="/login"><input name="who" placeholder="mia" required> <input name="password" type="password" placeholder="tea" required> <button>Sign in</button></form>
    """;

string Page(Person who, string widget) => $"""
    <!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Hello, {WebUtility.HtmlEncode(who.Name)}</h1>
    <form method="post" action="/tell"><input type="hidden" name="once" value="{Guid.NewGuid()}">
      Tell <input name="to" placeholder="tom"> <input name="text" placeholder="The tea has come"> <button>Tell</button></form>
    <form method="post" action="/logout"><button onclick="window.Parlour?.stop()">Sign out</button></form>
    {widget}
    """;

async Task<string> Widget(Person who)
{
    try
    {
        var ticket = await parlour.Ticket(who.Id, new() { ["name"] = who.Name });
        return $"""<script src="{parlour.Url}/widget.js" data-app="{parlour.App}" data-user="{WebUtility.HtmlEncode(who.Id)}" data-ticket="{ticket}"></script>""";
    }
    catch (ParlourException) // while Parlour is away, the page comes without it
    {
        return "";
    }
}

var server = WebApplication.CreateBuilder(args).Build();

Person? Who(HttpContext context) => context.Request.Cookies["session"] is { } session ? signedIn.GetValueOrDefault(session) : null;
static IResult Html(string text, int status = 200) => Results.Text(text, "text/html; charset=utf-8", statusCode: status);
static IResult Back(HttpContext context)
{
    context.Response.Headers.Location = "/";
    return Results.StatusCode(303);
}

// a callback: answered only when it is signed
server.MapPost("/parlour", async (HttpRequest request) =>
{
    using var bytes = new MemoryStream();
    await request.Body.CopyToAsync(bytes);
    var reply = await parlour.Answer(name => request.Headers[name], bytes.ToArray(), answers);
    return Results.Text(reply.Body, "application/json", statusCode: reply.Status);
});

// for pages and programs that ask again when a token has expired
server.MapGet("/token", (HttpContext context) =>
    Who(context) is { } who ? Results.Text(parlour.Token(who.Id, new() { ["name"] = who.Name })) : Results.Unauthorized());

server.MapGet("/", async (HttpContext context) =>
    Who(context) is { } who ? Html(Page(who, await Widget(who))) : Html(Door));

server.MapPost("/login", async (HttpContext context) =>
{
    var form = await context.Request.ReadFormAsync();
    if (WithPassword(form["who"], form["password"]) is not { } person) return Html(Door, 401);
    var session = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
    signedIn[session] = person;
    context.Response.Cookies.Append("session", session, new() { HttpOnly = true, SameSite = SameSiteMode.Lax });
    return Back(context);
});

server.MapPost("/tell", async (HttpContext context) =>
{
    if (Who(context) is not { } who) return Html(Door, 401);
    var form = await context.Request.ReadFormAsync();
    var text = form["text"] == "" ? "" : $"{Parlour.Plain(who.Name)} says: {Parlour.Plain(form["text"]!)}";
    try // a double click sends once, because the page has the key
    {
        await parlour.Send($"user:{form["to"]}", text, new() { ["topic"] = $"told/{who.Id}" }, form["once"]);
        return Back(context);
    }
    catch (ParlourException error)
    {
        return Results.Text($"{error.Code} {error.Field}: {error.Message}", statusCode: 502);
    }
});

server.MapPost("/logout", (HttpContext context) =>
{
    if (context.Request.Cookies["session"] is { } session) signedIn.TryRemove(session, out _);
    return Back(context);
});

server.Run($"http://127.0.0.1:{Setting("PORT", "9000")}");

static string Setting(string name, string usual) => Environment.GetEnvironmentVariable(name) ?? usual;

internal sealed record Person(string Id, string Name, string Password);
