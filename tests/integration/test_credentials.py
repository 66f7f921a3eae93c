# SPDX-License-Identifier: MIT
"""Keys from each place of the chain, used on a real S3 server."""

import contextlib

import pytest
from token_servers import Container, Machine, Sts


def keys_of(bucket):
    return bucket.env["AWS_ACCESS_KEY_ID"], bucket.env["AWS_SECRET_ACCESS_KEY"]


@contextlib.contextmanager
def place(kind, bucket, folder, **options):
    """A token server and the environment that points at it, without keys."""
    server_class = {"web": Sts, "container": Container, "machine": Machine}[kind]
    with server_class(keys_of(bucket), **options) as server:
        file = folder / "token"
        env = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}
        if kind == "web":
            file.write_text(Sts.web_token + "\n", encoding="utf-8")
            env |= {"AWS_WEB_IDENTITY_TOKEN_FILE": str(file), "AWS_ROLE_ARN": Sts.role, "AWS_ENDPOINT_URL_STS": server.url}
        elif kind == "container":
            file.write_text(Container.token + "\n", encoding="utf-8")
            env |= {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/v2/credentials",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
        else:
            env |= {"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url}
        server.env = env
        yield server


KINDS = ["web", "container", "machine"]


@pytest.mark.parametrize("kind", KINDS)
def test_keys_over_http(proxied, tmp_path, kind):
    proxied.client.put_object(Bucket=proxied.name, Key="k", Body=b"12345")
    with place(kind, proxied, tmp_path) as server:
        answer = proxied.tool("heads", "k", "3", "0", env=server.env)
        assert answer.good and answer.all("size") == ["5"] * 3, answer.text
        assert len(server.requests) == (3 if kind == "machine" else 1)  # once for all three looks
    sent = proxied.proxy.seen("HEAD")[-1].headers
    assert sent["x-amz-security-token"].startswith("token-")
    assert "x-amz-security-token" in sent["authorization"]


@pytest.mark.parametrize("kind", KINDS)
def test_keys_are_fetched_again_before_they_expire(bucket, tmp_path, kind):
    """Good for 301 s, to be fetched again with 300 left: two looks, 2 s apart, are with different keys."""
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    with place(kind, bucket, tmp_path, lifetime_s=301) as server:
        answer = bucket.tool("heads", "k", "2", "2100", env=server.env)
        assert answer.good, answer.text
        assert len(server.requests) == (6 if kind == "machine" else 2)


def test_old_keys_are_used_while_no_new_ones_are_to_be_had(bucket, tmp_path):
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    with place("container", bucket, tmp_path, lifetime_s=301) as server:
        first = server.good
        server.good = lambda *request: first(*request) if len(server.requests) == 1 else (500, "later")
        answer = bucket.tool("heads", "k", "2", "2100", env=server.env)
        assert answer.good and len(server.requests) > 1, answer.text


def test_keys_that_the_server_calls_expired_are_fetched_again(proxied, tmp_path):
    proxied.client.put_object(Bucket=proxied.name, Key="k", Body=b"12345")
    with place("container", proxied, tmp_path) as server:
        proxied.proxy.fail("expired_token", method="PUT")
        file = tmp_path / "f"
        file.write_bytes(b"x")
        assert proxied.tool("put", "j", file, env=server.env).good
        assert len(server.requests) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_server_that_stumbles_is_asked_again(bucket, tmp_path, kind):
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    with place(kind, bucket, tmp_path) as server:
        server.failures = 2
        assert bucket.tool("head", "k", env=server.env).good


def test_a_token_that_is_refused_is_named(bucket, tmp_path):
    with place("web", bucket, tmp_path) as server:
        (tmp_path / "token").write_text("wrong", encoding="utf-8")
        answer = bucket.tool("head", "k", env=server.env)
        assert answer["error"].startswith("config 13 ") and "InvalidIdentityToken" in answer["error"], answer.text


def test_a_containers_token_goes_to_this_machine_only(bucket):
    env = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
           "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.example.org/v2"}
    answer = bucket.tool("head", "k", env=env)
    assert answer["error"].startswith("config 22 ") and "must be https" in answer["error"], answer.text


# ---- files ----

def profile_env(bucket, folder, credentials, config="", **more):
    (folder / "credentials").write_text(credentials, encoding="utf-8")
    (folder / "config").write_text(config, encoding="utf-8")
    return {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"), "AWS_CONFIG_FILE": str(folder / "config"), **more}


def section(name, bucket):
    key, secret = keys_of(bucket)
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"


@pytest.mark.parametrize("where", ["credentials", "config", "home"])
def test_keys_of_a_profile(bucket, tmp_path, where):
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    bad = "[default]\naws_access_key_id = no\naws_secret_access_key = no\n"
    env = profile_env(bucket, tmp_path, bad + (section("work", bucket) if where == "credentials" else ""),
                      section("profile work", bucket) if where == "config" else "", AWS_PROFILE="work")
    if where == "home":
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws" / "credentials").write_text(section("default", bucket), encoding="utf-8")
        env |= {"HOME": str(tmp_path), "AWS_SHARED_CREDENTIALS_FILE": "", "AWS_CONFIG_FILE": "", "AWS_PROFILE": ""}
    answer = bucket.tool("head", "k", env=env)
    assert answer.good, answer.text


def test_the_region_of_a_profile(proxied, tmp_path):
    env = profile_env(proxied, tmp_path, section("default", proxied), "[default]\nregion = eu-central-1\n", AWS_REGION="",
                      AWS_DEFAULT_REGION="")
    proxied.tool("head", "k", env=env)
    assert "/eu-central-1/s3/aws4_request" in proxied.proxy.seen("HEAD")[0].headers["authorization"]
    proxied.tool("head", "k", env=env | {"AWS_DEFAULT_REGION": "us-west-2"})
    assert "/us-west-2/s3/aws4_request" in proxied.proxy.seen("HEAD")[-1].headers["authorization"]


def test_the_region_of_the_environment_beats_all_others(proxied, tmp_path):
    env = profile_env(proxied, tmp_path, section("default", proxied), "[default]\nregion = eu-central-1\n",
                      AWS_REGION="ap-south-1", AWS_DEFAULT_REGION="us-west-2")
    proxied.tool("head", "k", env=env)
    assert "/ap-south-1/s3/aws4_request" in proxied.proxy.seen("HEAD")[0].headers["authorization"]


def test_a_profile_that_is_not_there_is_named(bucket, tmp_path):
    env = profile_env(bucket, tmp_path, section("default", bucket), AWS_PROFILE="nobody")
    answer = bucket.tool("head", "k", env=env)
    assert answer["error"].startswith("config ") and "AWS_PROFILE" in answer["error"], answer.text


def test_without_any_keys(bucket):
    env = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    answer = bucket.tool("head", "k", env=env)
    assert answer["error"].startswith("config ") and "there are no credentials" in answer["error"], answer.text


def test_a_session_token_of_the_environment_is_sent_and_signed(proxied):
    proxied.client.put_object(Bucket=proxied.name, Key="k", Body=b"12345")
    assert proxied.tool("head", "k", env={"AWS_SESSION_TOKEN": "token-of/the+environment=="}).good
    sent = proxied.proxy.seen("HEAD")[0].headers
    assert sent["x-amz-security-token"] == "token-of/the+environment=="
    assert "x-amz-security-token" in sent["authorization"]


def test_half_a_key_is_named(bucket):
    answer = bucket.tool("head", "k", env={"AWS_SECRET_ACCESS_KEY": ""})
    assert answer["error"].startswith("config ") and "AWS_SECRET_ACCESS_KEY" in answer["error"], answer.text


def test_empty_texts_count_as_unset(bucket):
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    empty = ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_CA_BUNDLE",
             "AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONFIG_FILE"]
    assert bucket.tool("head", "k", env=dict.fromkeys(empty, "")).good


def test_endpoints_in_their_order(bucket):
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    url = bucket.env["AWS_ENDPOINT_URL"]
    nowhere = "http://127.0.0.1:1"
    assert bucket.tool("head", "k", env={"AWS_ENDPOINT_URL_S3": url, "AWS_ENDPOINT_URL": nowhere}).good
    once = {"S3_MAX_ATTEMPTS": "1"}
    assert not bucket.tool("head", "k", env={"AWS_ENDPOINT_URL_S3": nowhere, **once}).good


def test_tls_with_an_authority_of_ones_own(s3, bucket):
    bucket.client.put_object(Bucket=bucket.name, Key="k", Body=b"12345")
    env = {"AWS_ENDPOINT_URL": f"https://127.0.0.1:{s3.port + 1}"}
    assert bucket.tool("head", "k", env={**env, "AWS_CA_BUNDLE": str(s3.folder / "ca.pem")}).good
    refused = bucket.tool("head", "k", env=env)
    assert refused["error"].startswith("config ") and int(refused["retries"]) == 0, refused.text


def test_virtual_hosts_where_asked_for(proxied):
    """Of localhost every name below it is this machine too."""
    proxied.tool("head", "k", env={"AWS_ENDPOINT_URL": f"http://localhost:{proxied.proxy.port}",
                                   "S3_ADDRESSING_STYLE": "virtual", "S3_MAX_ATTEMPTS": "1"})
    request = proxied.proxy.seen("HEAD")[0]
    assert request.headers["host"] == f"{proxied.name}.localhost:{proxied.proxy.port}" and request.path == "/k"


def test_an_endpoint_of_ones_own_is_used_in_path_style(proxied):
    """A name too, below which there could be virtual hosts: few servers that one runs oneself have them."""
    proxied.client.put_object(Bucket=proxied.name, Key="k", Body=b"12345")
    assert proxied.tool("head", "k", env={"AWS_ENDPOINT_URL": f"http://localhost:{proxied.proxy.port}"}).good
    request = proxied.proxy.seen("HEAD")[0]
    assert request.headers["host"] == f"localhost:{proxied.proxy.port}" and request.path == f"/{proxied.name}/k"
