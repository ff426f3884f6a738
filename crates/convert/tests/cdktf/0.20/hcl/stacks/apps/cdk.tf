terraform {
required_providers {
  aws = {
version = "5.100.0"
source = "aws"
}
}
backend "local" {
path = "/infrastructure/terraform.apps.tfstate"
}


}

provider "aws" {
}
resource "aws_security_group" "orders_sg_01E74573" {
}
resource "aws_sqs_queue" "orders_queue_A1AAE4D8" {
}
resource "aws_sqs_queue_policy" "orders_policy_1C16A446" {
}
resource "aws_security_group" "stock_sg_621AA474" {
}
resource "aws_sqs_queue" "stock_queue_110A5676" {
}
resource "aws_sqs_queue_policy" "stock_policy_6FC627D1" {
}
resource "aws_security_group" "mail_sg_A165435B" {
}
resource "aws_sqs_queue" "mail_queue_D26B46B0" {
}
resource "aws_sqs_queue_policy" "mail_policy_6B1044F8" {
}
data "terraform_remote_state" "cross-stack-reference-input-network" {
backend = "local"
workspace = "${terraform.workspace}"
config = {
path = "/infrastructure/terraform.network.tfstate"
}
}