terraform {
required_providers {
  aws = {
version = "5.100.0"
source = "aws"
}
}
backend "local" {
path = "/infrastructure/terraform.third.tfstate"
}


}

provider "aws" {
}
resource "aws_subnet" "subnet" {
}
data "terraform_remote_state" "cross-stack-reference-input-network" {
backend = "local"
workspace = "${terraform.workspace}"
config = {
path = "/infrastructure/terraform.network.tfstate"
}
}